// Starts the query page. Nothing is kept in the browser: no query, no header, no token.
"use strict";

(function () {
  const place = document.getElementById("graphiql");
  const { endpoint, examples, session } = JSON.parse(place.dataset.settings);

  // GraphiQL keeps queries, variables and (if asked) headers in local storage, where every later
  // user of the machine finds them. It is given this instead, which ends with the page.
  function forgetful() {
    // GraphiQL takes the first tab's variables from here and nowhere else.
    const kept = new Map([["graphiql:variables", examples.length ? tab(examples[0]).variables : ""]]);
    return {
      get length() { return kept.size; },
      clear() { kept.clear(); },
      getItem(name) { return kept.has(name) ? kept.get(name) : null; },
      removeItem(name) { kept.delete(name); },
      setItem(name, value) { kept.set(name, String(value)); },
    };
  }

  // The hub runs documents of one operation. Of several the chosen one is sent with its fragments;
  // of one the name is left out, because the editor still holds the last tab's for a moment.
  function sole(request) {
    const { parse, print, separateOperations } = GraphiQL.GraphQL;
    const { operationName, ...rest } = request;
    try {
      const operations = separateOperations(parse(request.query));
      const isOneOfSeveral = Object.keys(operations).length > 1 && operationName in operations;
      return isOneOfSeveral ? { ...rest, query: print(operations[operationName]) } : rest;
    } catch {
      return rest; // The server says what is wrong with it.
    }
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
      body: JSON.stringify(sole(request)),
    });
    const content = await answer.json();
    return answer.status === 401 && !session ? { ...content, hint: HINT } : content;
  }

  const HINT = 'Under Headers write {"Authorization": "Bearer YOUR-TOKEN"}. A token comes from ' +
    "/oauth/token; a browser that is signed in to the hub needs none.";

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
  }, React.createElement(GraphiQL.Logo, null, React.createElement("a", { href: "/" }, "Start page")));
  ReactDOM.createRoot(place).render(page);

  // The editors' fields have no names of their own, and a reader of the screen hears none.
  const NAMES = { "graphiql-query-editor": "Query", "graphiql-editor-tool": "Variables or headers", "graphiql-response": "Answer" };
  function name() {
    for (const [part, label] of Object.entries(NAMES)) {
      for (const field of place.querySelectorAll(`.${part} .CodeMirror textarea`)) {
        field.setAttribute("aria-label", label);
      }
    }
  }
  new MutationObserver(name).observe(place, { childList: true, subtree: true });
})();
