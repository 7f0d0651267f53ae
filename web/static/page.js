// What scrolls sideways can be scrolled with the keyboard, too.
const reach = () => {
  for (const box of document.querySelectorAll("div.math, .output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
new ResizeObserver(reach).observe(document.documentElement);
document.fonts.addEventListener("loadingdone", reach);

// A page opened as a file may not read others: the search then lists titles, without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// In an excerpt a formula stands once, not in each of the ways in which a page has it.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const { htmlToText } = Search;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".katex-html, annotation, .onlyprint").forEach((part) => part.remove());
    return htmlToText(page.documentElement.outerHTML, anchor);
  };
});

// Whoever closes a sidebar finds the keyboard where it was opened.
document.addEventListener("DOMContentLoaded", () => {
  for (const side of ["primary", "secondary"]) {
    document.getElementById(`pst-${side}-sidebar-modal`)?.addEventListener("close", () => {
      document.querySelector(`.${side}-toggle`).focus();
    });
  }
});
