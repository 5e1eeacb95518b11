// Shows how far a job is without loading the page anew. Without this, "Look again" does.
const find = (page) => page.querySelector("#version, #preview, #snapshots, #archives");
const isRunning = () => find(document)?.querySelector("[data-running]");

async function look() {
  try {
    const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = find(page);
    if (!fresh) return;
    if (!fresh.querySelector("[data-running]")) return location.reload();
    for (const part of [".job-step", "progress"]) {
      const [old, now] = [find(document).querySelector(part), fresh.querySelector(part)];
      if (!old || !now) continue;
      if (part === "progress") old.value = now.value;
      else if (old.textContent !== now.textContent) old.textContent = now.textContent;
    }
  } catch {
    // The host is away for a moment.
  }
}

if (isRunning()) {
  find(document).querySelector("[data-again]").hidden = true;
  while (isRunning()) {
    await new Promise((done) => setTimeout(done, 700));
    if (!document.hidden) await look();
  }
}
