// Passkeys: the browser asks a device for what the host wants, and sends what it said.
const api = globalThis.PublicKeyCredential && navigator.credentials;

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
};
const text = (buffer) => {
  if (!buffer) return undefined;
  const plain = Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

class Refused extends Error {}

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(said.problem ?? "The host could not do this. Try again in a moment.");
  return said;
}

// What the host wrote in base64, as browsers want it.
function wanted(options) {
  const { publicKey } = options;
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const key of [...(publicKey.allowCredentials ?? []), ...(publicKey.excludeCredentials ?? [])]) {
    key.id = bytes(key.id);
  }
  return publicKey;
}

function said({ id, rawId, type, response }) {
  const { attestationObject, clientDataJSON, authenticatorData, signature, userHandle } = response;
  const parts = { attestationObject, clientDataJSON, authenticatorData, signature, userHandle };
  for (const [name, part] of Object.entries(parts)) parts[name] = text(part);
  return { id, rawId: text(rawId), type, response: parts, extensions: {} };
}

async function add(form) {
  const { name, password } = Object.fromEntries(new FormData(form));
  const { ceremony, options } = await send("/account/passkeys/begin", { password });
  const made = await navigator.credentials.create({ publicKey: wanted(options) });
  const { to } = await send("/account/passkeys", { ceremony, name, credential: said(made) });
  location.assign(to);
}

async function logIn(part, signal, mediation) {
  const path = part.dataset.passkey;
  const { ceremony, options } = await send(`${path}/begin`);
  const used = await navigator.credentials.get({ publicKey: wanted(options), signal, mediation });
  const { to } = await send(path, { ceremony, credential: said(used), next: part.dataset.next });
  location.assign(to);
}

// Tells what went wrong; whoever closed the browser's own window knows.
async function told(part, work) {
  const problem = part.querySelector("[data-problem]");
  problem.hidden = true;
  try {
    await work();
  } catch (error) {
    if (error.name === "AbortError") return;
    const known = {
      NotAllowedError: "No passkey was used.",
      InvalidStateError: "This device has a passkey here already.",
    };
    problem.textContent = error instanceof Refused ? error.message : known[error.name] ?? "This passkey cannot be used here.";
    problem.hidden = false;
  }
}

const form = document.querySelector("[data-add-passkey]");
if (form && api) {
  const button = form.querySelector("button");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    await told(form, () => add(form));
    button.disabled = false;
  });
}

const part = document.querySelector("[data-passkey]");
if (part && api) {
  const button = part.querySelector("[data-start]");
  part.hidden = false;
  button.disabled = false;
  let waiting = new AbortController();
  button.addEventListener("click", async () => {
    // A browser asks for one thing at a time.
    waiting.abort();
    waiting = new AbortController();
    await told(part, () => logIn(part, waiting.signal));
  });
  // The browser offers passkeys where the email is typed, if it can. That it does not is nobody's concern.
  if (document.querySelector("[autocomplete~=webauthn]") && await PublicKeyCredential.isConditionalMediationAvailable?.()) {
    const { signal } = waiting;
    logIn(part, signal, "conditional").catch(() => {});
  }
}
