"""The outer wall: REST routes, pages, the GraphQL endpoint, GraphiQL as files, health."""
