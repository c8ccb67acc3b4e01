/** Builds elements without markup strings, so that whatever people typed stays text. */

const SVG = "http://www.w3.org/2000/svg";

/** `el("p", {class: "x", onclick: f}, "text", child)`; attributes that are null or false are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  issue: "M4 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Zm1 5.5 2 2 4-4",
  comment: "M3 3h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H8l-3 3v-3H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Z",
  hidden: "M2 2l12 12M6.5 6.6a2 2 0 0 0 2.9 2.8M4 4.5C2.6 5.6 1.7 7 1.3 8c1 2.3 3.6 4.5 6.7 4.5 1.2 0 2.3-.3 3.3-.9M7 3.6c.3 0 .7-.1 1-.1 3.1 0 5.7 2.2 6.7 4.5-.3.7-.8 1.5-1.5 2.2",
  more: "M8 3.2v.1M8 8v.1M8 12.7v.1",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  check: "M3 8.5l3.5 3.5L13 4.5",
  label: "M2 3a1 1 0 0 1 1-1h5l6 6-6 6-6-6V3Zm3 2v.1",
  open: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 3v6M5 8h6",
  closed: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM5.5 8.2l1.8 1.8 3.3-3.6",
};

/** A 16 px line icon; the text beside it carries the meaning, so it is hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon--${name}`);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A person as a coloured disc with initials: nothing is fetched from an avatar service. */
export function avatar(person, size = "small") {
  const words = (person.name || person.username).trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  const initials = ends.map((word) => Array.from(word)[0] ?? "").join("").toUpperCase();
  const tint = Array.from(person.username).reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 7, 0);
  const name = `${person.name} (@${person.username})`;
  return el("span", { class: `avatar avatar--${size} tint-${tint}`, title: name, role: "img", "aria-label": name }, initials);
}

const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 minutes ago" against the world's own clock (`now`), with the exact instant on hover. */
export function timeAgo(iso, now) {
  let amount = Math.min(0, (Date.parse(iso) - Date.parse(now)) / 1000);
  let words = "just now";
  for (const [unit, size] of STEPS) {
    if (-amount < size) {
      if (unit !== "second" || amount < -5) words = ago.format(Math.round(amount), unit);
      break;
    }
    amount /= size;
  }
  return el("time", { datetime: iso, title: new Date(iso).toLocaleString("en-GB") }, words);
}
