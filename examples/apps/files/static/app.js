// Uploads with progress, several at a time, and small pictures of large ones. Arrow keys on the page of a file.

const form = document.getElementById("drop");
if (form) takeUploads(form);

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("video, audio")) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  document.querySelector(`a[rel="${rel}"]`)?.click();
});

function takeUploads(form) {
  const largest = Number(form.dataset.largest);
  const input = form.querySelector("input[type=file]");
  const waiting = [];
  let running = 0;

  function take(files) {
    for (const file of files) waiting.push({ file, row: addRow(file.name) });
    next();
  }

  function next() {
    while (running < 2 && waiting.length > 0) {
      running += 1;
      upload(waiting.shift()).finally(() => {
        running -= 1;
        next();
      });
    }
  }

  async function upload({ file, row }) {
    if (row.cancelled) return;
    try {
      if (file.size > largest) {
        throw new Error(`Too large: at most ${Math.round(largest / 1024 ** 2)} MiB fit.`);
      }
      const kept = await send(file, row);
      row.say("Almost there");
      await sendThumbnail(file, kept);
      await showBox();
      row.remove();
    } catch (error) {
      if (error.name === "AbortError") row.remove();
      else row.fail(error.message);
    }
  }

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  document.addEventListener("paste", (event) => take([...event.clipboardData.files]));
  acceptDrops(take);
  addEventListener("beforeunload", (event) => {
    if (running > 0) event.preventDefault();
  });
}

function acceptDrops(take) {
  const body = document.body;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const drag = (change) => {
    depth = Math.max(0, depth + change);
    body.classList.toggle("dragging", depth > 0);
  };
  body.addEventListener("dragenter", (event) => hasFiles(event) && drag(1));
  body.addEventListener("dragleave", (event) => hasFiles(event) && drag(-1));
  body.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  body.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drag(-depth);
    take([...event.dataTransfer.files]);
  });
}

/** Sends a file with XMLHttpRequest, which unlike fetch tells how far it is. */
function send(file, row) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/upload?${new URLSearchParams({ name: file.name })}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "text";
    request.upload.onprogress = ({ loaded, total }) => row.progress(loaded, total);
    request.onload = () => {
      if (request.status === 201) return resolve(JSON.parse(request.responseText));
      reject(new Error(request.responseText.slice(0, 200) || `It did not work (${request.status}).`));
    };
    request.onerror = () => reject(new Error("The connection broke. Please try again."));
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    row.onCancel = () => request.abort();
    request.send(file);
  });
}

/** Without a small picture the large one is shown, so it does not matter if this does not work. */
async function sendThumbnail(file, kept) {
  if (kept.kind !== "picture" || file.size < 150_000) return;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 480 / Math.min(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/webp", 0.8));
    if (small?.type !== "image/webp") return;
    await fetch(`/thumbnail?${new URLSearchParams({ of: kept.file })}`, { method: "PUT", body: small });
  } catch (error) {
    console.warn("There will be no small picture of", file.name, error);
  }
}

async function showBox() {
  const response = await fetch(location.pathname + location.search);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const box = page.getElementById("box");
  if (box) document.getElementById("box").replaceWith(box);
}

function addRow(name) {
  const element = document.createElement("li");
  element.className = "card upload";
  const words = document.createElement("span");
  const state = document.createElement("span");
  state.className = "meta";
  words.append(`${name} `, state);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Uploading ${name}`);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = "Cancel";
  element.append(words, bar, button);
  document.getElementById("uploads").append(element);
  const row = {
    cancelled: false,
    onCancel: () => row.remove(),
    remove: () => element.remove(),
    say: (text) => state.textContent = `· ${text}`,
    progress(loaded, total) {
      bar.value = loaded / total;
      row.say(`${Math.round(100 * loaded / total)} %`);
    },
    fail(message) {
      element.classList.add("failed");
      row.say(message);
      bar.remove();
      button.textContent = "Close";
      row.onCancel = () => element.remove();
    },
  };
  row.say("waiting");
  button.addEventListener("click", () => {
    row.cancelled = true;
    row.onCancel();
  });
  return row;
}
