"use strict";
(() => {
  const STEP = 20;
  const { rows, left } = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const more = document.getElementById("more");
  const status = document.getElementById("shown");
  const choices = ["dataset", "split", "corpus", "verdict"];
  let chosen = rows;
  let shown = 0;
  let away = 0;

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const number = (value) => value.toLocaleString("en");
  const words = (verdict) => verdict.replaceAll("_", " ");
  const whole = (text) => text.parts.join("");

  const side = (title, text) => {
    const box = make("div", "side");
    box.append(make("h3", "", title));
    const body = make("div", "text");
    body.dir = "auto";
    if (/\p{Script=Han}/u.test(whole(text))) body.lang = "zh";
    text.parts.forEach((part, place) => {
      if (part) body.append(place % 2 ? make("mark", "", part) : part);
    });
    if (!whole(text)) body.append(make("span", "cut", "not kept"));
    if (text.more) body.append(make("span", "cut", " … (cut here, unless it ends just here)"));
    if (text.cut) body.append(make("span", "cut", ` … (${number(text.cut)} more characters)`));
    box.append(body);
    return box;
  };

  const share = ({ field, parts, found, score }) =>
    `${words(field)} ${parts > 1 ? `${number(found)} of ${number(parts)}` : score.toFixed(2)}`;

  const article = (row) => {
    const box = make("article");
    const head = make("header");
    const low = row.low ? ", low confidence" : "";
    head.append(
      make("span", `badge ${row.verdict}`, words(row.verdict) + low),
      make("span", "", row.item_id),
      make("span", "facts", `score ${row.score.toFixed(2)}` +
        (row.variant ? "" : `, longest run ${row.longest.toFixed(0)}`) +
        (row.fields.length ? `; ${row.fields.map(share).join(", ")}` : "") +
        (row.records ? `, leaked by ${number(row.records)} ${row.records === 1 ? "record" : "records"}` : "")),
    );
    const sides = make("div", "sides");
    sides.append(
      side([row.dataset, row.split, row.field, row.variant].filter(Boolean).join(", "), row.item),
      side(row.file ? `${row.corpus}: ${row.file}, record ${number(row.record)}, ` +
        `bytes ${number(row.start)} to ${number(row.end)}` : row.corpus, row.found),
    );
    box.append(head, sides);
    return box;
  };

  const showMore = () => {
    list.append(...chosen.slice(shown, shown + STEP).map(article));
    shown = Math.min(chosen.length, shown + STEP);
    more.hidden = shown >= chosen.length;
    const most = form.elements.text.value.trim() ? "up to " : "";
    status.textContent = (chosen.length || !away
      ? `${number(shown)} of ${number(chosen.length)} findings that fit are shown.`
      : "None of the findings in this page fits.") +
      (away ? ` ${most}${number(away)} more that fit are not in this page, but in findings.parquet.` : "");
  };

  const filter = () => {
    const wanted = choices.filter((name) => form.elements[name].value);
    const text = form.elements.text.value.trim().toLowerCase();
    const sure = form.elements.sure.checked;
    const fits = (row) => wanted.every((name) => row[name] === form.elements[name].value) && !(sure && row.low);
    const has = (row) => [row.item_id, row.file, whole(row.item), whole(row.found)]
      .some((value) => value.toLowerCase().includes(text));
    chosen = rows.filter((row) => fits(row) && (!text || has(row)));
    away = left.filter(fits).reduce((sum, kind) => sum + kind.count, 0);
    shown = 0;
    list.replaceChildren();
    showMore();
  };

  for (const name of choices) {
    const select = form.elements[name];
    const values = [...new Set([...rows, ...left].map((row) => row[name]))];
    for (const value of name === "verdict" ? values : values.sort()) {
      const option = make("option", "", name === "verdict" ? words(value) : value);
      option.value = value;
      select.append(option);
    }
  }
  let waiting;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, event.target.name === "text" ? 150 : 0);
  });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", showMore);

  const heat = document.getElementById("heat");
  if (heat) {
    const bySplit = document.getElementById("by-split");
    const fold = () => heat.classList.toggle("splits", bySplit.checked);
    bySplit.addEventListener("change", fold);
    fold();
    heat.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { dataset, split } = button.closest("tr").dataset;
      const { corpus } = heat.tHead.rows[0].cells[button.closest("td").cellIndex].dataset;
      form.reset();
      Object.entries({ dataset, split, corpus }).forEach(([name, value]) => { form.elements[name].value = value; });
      filter();
      document.getElementById("evidence").scrollIntoView({ behavior: "smooth" });
    });
  }
  filter();
})();
