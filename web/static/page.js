// What scrolls sideways can be scrolled with the keyboard, too.
const reach = () => {
  for (const box of document.querySelectorAll("div.math, .output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
new ResizeObserver(reach).observe(document.documentElement);
