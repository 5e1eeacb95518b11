// Templates of the built-in `dropserver` module: what is put in cannot become markup or code.
import { strictEqual as is, throws } from "node:assert";
import { html as markup, raw } from "../../runtime/builtin/dropserver/mod.js";

const EVIL = `"'><script>alert(1)</script>&`;
const SAFE = "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;";

Deno.test("what is put in is escaped, whatever it is", () => {
  for (
    const [made, want] of [
      [markup`<p>${EVIL}</p>`, `<p>${SAFE}</p>`],
      [markup`<p title="${EVIL}" class='${EVIL}'>`, `<p title="${SAFE}" class='${SAFE}'>`],
      [markup`${1}${2n}${null}${undefined}${true}${false}${0}`, "120"],
      [markup`<ul>${["<", markup`<li>`, ["x", 1]]}</ul>`, "<ul>&lt;<li>x1</ul>"],
      [markup`<b>${markup`<i>${markup`<u>${"<"}</u>`}</i>`}</b>`, "<b><i><u>&lt;</u></i></b>"],
      [markup`<p>${raw("<hr>")}</p>`, "<p><hr></p>"],
      [markup`<img src="${new URL("https://a/?b=c&d")}">`, '<img src="https://a/?b=c&amp;d">'],
      [markup`a < b & "${"c"}`, 'a < b & "c'],
      [
        markup`<br/><i a="b>c" d=e>${"<"}`,
        '<br/><i a="b>c" d=e>&lt;',
      ],
      [
        markup`<!-- "<p> --><p>${"<"}`,
        '<!-- "<p> --><p>&lt;',
      ],
      [markup`<script src="/x.js"></script>${"<"}`, '<script src="/x.js"></script>&lt;'],
      [
        markup`<style>a > b {}</style><p id="${"x"}">`,
        '<style>a > b {}</style><p id="x">',
      ],
      [markup`<textarea>${"</textarea>"}</textarea>`, "<textarea>&lt;/textarea&gt;</textarea>"],
    ]
  ) {
    is(made.toString(), want);
  }
});

Deno.test("attributes without a value", () => {
  is(markup`<input ${"checked"} ${false} ${""}>`.toString(), "<input checked  >");
  is(
    markup`<a ${markup`aria-current="page"`} href="/">`.toString(),
    '<a aria-current="page" href="/">',
  );
  throws(() => markup`<input ${"onclick"}>`, /not the name of an attribute/);
  throws(() => markup`<input ${"a b=c"}>`, /not the name of an attribute/);
});

Deno.test("addresses that run code lead nowhere", () => {
  for (
    const evil of [
      "javascript:alert(1)",
      " JavaScript:x",
      "java\nscript:x",
      "\u0001javascript:x",
      "data:text/html,x",
      "vbscript:x",
    ]
  ) {
    is(markup`<a href="${evil}">`.toString(), '<a href="#">', evil);
    is(markup`<form action='${markup`${evil}`}'>`.toString(), "<form action='#'>", evil);
  }
  for (const fine of ["/a:b", "https://a", "mailto:a@b", "?q=a:b", "#x", "a/b:c"]) {
    is(markup`<a href="${fine}">`.toString(), `<a href="${fine}">`);
  }
  is(markup`<a href="/x/${"javascript:"}">`.toString(), '<a href="/x/javascript:">');
  is(markup`<p title="${"javascript:"}">`.toString(), '<p title="javascript:">');
});

Deno.test("places where nothing is safe are refused", () => {
  for (
    const [unsafe, says] of [
      [() => markup`<a href=${1}>`, /quotes around the value: href="/],
      [() => markup`<a href=/x/${1}>`, /quotes around/],
      [() => markup`<a onclick="${1}">`, /attribute onclick/],
      [() => markup`<a style="color: ${1}">`, /attribute style/],
      [() => markup`<iframe srcdoc="${1}">`, /attribute srcdoc/],
      [() => markup`<script>${1}</script>`, /into <script>/],
      [() => markup`<SCRIPT type="x">let a = "<p>${1}`, /into <script>/],
      [() =>
        markup`
          <script /x>${1}
        `, /into <script>/],
      [() => markup`<style>${1}</style>`, /into <style>/],
      [() => markup`<!-- ${1} -->`, /comment/],
      [() => markup`<!--- > ${1} -->`, /comment/],
      [() => markup`<${"p"}>`, /name of an element/],
      [() => markup`<p data-${"x"}="">`, /space before/],
      [() => markup`<p ${"x"}="${1}">`, /with no name/],
      [() => markup`${{}}`, /an object \(Object\)/],
      [() => markup`${Promise.resolve()}`, /await it first/],
      [() => markup`${() => 1}`, /a function/],
    ]
  ) {
    throws(unsafe, says);
  }
});

/** Texts that break out of every naive escaping, put into every kind of place: no new tag, no new attribute. */
Deno.test("hostile texts stay texts", () => {
  const pieces = [
    "<",
    ">",
    '"',
    "'",
    "&",
    "=",
    " ",
    "/",
    "`",
    "script",
    "onload",
    "--",
    "]]",
    "\0",
    "x",
  ];
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 0x7fffffff) % below;
  for (let round = 0; round < 2000; round++) {
    const text = Array.from({ length: random(8) }, () => pieces[random(pieces.length)]).join("");
    const page = markup`<p title="${text}" lang='${text}'>${text}</p>`.toString();
    const parsed = /^<p title="([^"<>]*)" lang='([^'<>]*)'>([^<>]*)<\/p>$/.exec(page);
    const back = (escaped) =>
      escaped.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
        .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
    for (const group of [1, 2, 3]) is(back(parsed[group]), text);
  }
});
