const list = document.querySelector("#items");
for (const item of await (await fetch("/api/items")).json()) {
	list.append(Object.assign(document.createElement("li"), { textContent: item.name }));
}
