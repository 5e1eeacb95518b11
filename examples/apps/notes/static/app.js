// What the pages do beyond what they do without JavaScript: search while typing, keys, a guard for drafts.

const field = document.getElementById("q");
const results = document.getElementById("results");
if (field && results) searchWhileTyping(field, results);

function searchWhileTyping(field, results) {
  let wait;
  let running = new AbortController();
  let shown = field.value.trim();

  async function search() {
    const query = field.value.trim();
    if (query === shown) return;
    running.abort();
    running = new AbortController();
    const search = query ? `?${new URLSearchParams({ q: query })}` : "";
    try {
      const response = await fetch(`/results${search}`, { signal: running.signal });
      if (!response.ok || response.redirected) return location.assign(`/${search}`);
      results.innerHTML = await response.text();
      shown = query;
      history.replaceState(null, "", `/${search}`);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(search, 120);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") results.querySelector("a")?.focus();
  });
}

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, textarea, select");
  if (event.key === "/" && field && !writing) {
    event.preventDefault();
    field.select();
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) writing?.form?.requestSubmit();
});

for (const form of document.querySelectorAll("form[data-guard]")) {
  const content = () => new URLSearchParams(new FormData(form)).toString();
  const before = content();
  let sent = false;
  form.addEventListener("submit", () => sent = true);
  addEventListener("beforeunload", (event) => {
    if (!sent && content() !== before) event.preventDefault();
  });
}
