// Says how many characters are left when few are, and clears the thanks from the address.

for (const left of document.querySelectorAll("[data-for]")) {
  const field = document.getElementById(left.dataset.for);
  const most = Number(left.dataset.most);
  const say = () => {
    const rest = most - field.value.length;
    left.textContent = rest <= 200 ? `${rest} characters left` : "";
  };
  field.addEventListener("input", say);
  say();
}

const { searchParams } = new URL(location);
if (searchParams.has("signed")) history.replaceState(null, "", "/");

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("textarea");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field?.form.requestSubmit();
});
