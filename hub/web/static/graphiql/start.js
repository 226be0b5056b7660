// Starts the query page. Nothing is kept in the browser: no query, no header, no token.
"use strict";

(function () {
  const place = document.getElementById("graphiql");
  const { endpoint, examples, session } = JSON.parse(place.dataset.settings);

  // GraphiQL keeps queries, variables and (if asked) headers in local storage, where every later
  // user of the machine finds them. It is given this instead, which ends with the page.
  function forgetful() {
    const kept = new Map();
    return {
      get length() { return kept.size; },
      clear() { kept.clear(); },
      getItem(name) { return kept.has(name) ? kept.get(name) : null; },
      removeItem(name) { kept.delete(name); },
      setItem(name, value) { kept.set(name, String(value)); },
    };
  }

  // The session cookie goes along only to this very origin; a redirect elsewhere is an error.
  async function fetcher(request, options) {
    const answer = await fetch(endpoint, {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      headers: {
        ...(options && options.headers),
        "accept": "application/graphql-response+json, application/json",
        "content-type": "application/json",
      },
      body: JSON.stringify(request),
    });
    return answer.json();
  }

  function tab(example) {
    return {
      query: "# " + example.title + "\n" + example.query,
      variables: JSON.stringify(example.variables || {}, null, 2),
    };
  }

  const page = React.createElement(GraphiQL, {
    fetcher,
    storage: forgetful(),
    defaultTabs: examples.map(tab),
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    isHeadersEditorEnabled: !session,
    defaultEditorToolsVisibility: session ? "variables" : "headers",
  });
  ReactDOM.createRoot(place).render(page);
})();
