"""What a browser or a program meets over HTTP: routes, pages, vendored files, health."""
