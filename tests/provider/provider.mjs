// A real OpenID Connect provider (package oidc-provider) for the tests of signing in.
// Run as: node provider.mjs PORT HUB_ADDRESS CLIENT_SECRET HUB_JWK
// Whoever types a name is that subject; ticking "second factor" says so in `amr`.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';

const require = createRequire(process.cwd() + '/');
const { default: Provider } = await import(require.resolve('oidc-provider'));
const [port, hub, secret, jwk] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const shared = {
  redirect_uris: [`${hub}/sign-in/callback`],
  response_types: ['code'],
  grant_types: ['authorization_code'],
  id_token_signed_response_alg: 'ES256',
};
const provider = new Provider(issuer, {
  clients: [
    { ...shared, client_id: 'hub-by-secret', client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' },
    {
      ...shared,
      client_id: 'hub-by-key',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [JSON.parse(jwk)] },
    },
  ],
  jwks: { keys: [{ ...key, kid: 'one', use: 'sig', alg: 'ES256' }] },
  clientDefaults: { require_auth_time: true },
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time'] },
  cookies: { keys: ['only for tests'] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => { ctx.body = `<!doctype html>${form}<button form="op.logoutForm" name="logout" value="yes">Yes</button>`; },
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  // No consent page of its own: the hub asks for nothing but who it is.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
});

const PAGE = `<!doctype html><title>Provider</title><form method="post">
<label>Name <input name="login"></label>
<label><input type="checkbox" name="second" value="yes"> second factor</label>
<button>Sign in</button></form>`;

async function body(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return new URLSearchParams(text);
}

const callback = provider.callback();
createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return callback(request, response);
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html');
    return response.end(PAGE);
  }
  const form = await body(request);
  const amr = form.get('second') ? ['pwd', 'otp', 'mfa'] : ['pwd'];
  const login = { accountId: form.get('login'), amr };
  return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}).listen(Number(port), 'localhost', () => console.log('listening'));
