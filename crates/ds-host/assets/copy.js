// Adds a button "Copy" to what is shown once. Without this, it is selected and copied by hand.
for (const shown of document.querySelectorAll("[data-copy]")) {
  const [row, button, said] = ["span", "button", "span"].map((kind) => document.createElement(kind));
  row.className = "copied";
  button.type = "button";
  button.className = "plain";
  button.textContent = "Copy";
  said.className = "hidden-text";
  said.setAttribute("role", "status");
  shown.replaceWith(row);
  row.append(shown, button, said);
  button.addEventListener("click", async () => {
    shown.focus();
    shown.select();
    try {
      // Pages without TLS have no clipboard, but this.
      if (navigator.clipboard) await navigator.clipboard.writeText(shown.value);
      else if (!document.execCommand("copy")) throw new Error("refused");
      button.textContent = said.textContent = "Copied";
    } catch {
      said.textContent = "It could not be copied. It is selected: copy it by hand.";
      said.className = "small";
    }
    button.focus();
    setTimeout(() => {
      button.textContent = "Copy";
      if (said.className === "hidden-text") said.textContent = "";
    }, 4000);
  });
}
