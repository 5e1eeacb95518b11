// Shows the full address while it is typed, and folds what is typed to what an address may hold.
const input = document.querySelector("[data-label]");
const shown = document.querySelector("[data-preview]");
if (input && shown) {
  const show = () => {
    const folded = input.value.toLowerCase().replace(/[\s_.]+/g, "-").replace(/[^a-z0-9-]/g, "");
    if (folded !== input.value) input.value = folded;
    shown.textContent = folded || input.placeholder;
  };
  input.addEventListener("input", show);
  show();
}
