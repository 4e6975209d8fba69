"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (text) => { const live = $("#k-live"); if (live) { live.textContent = ""; live.textContent = text; } };

  /* Rows: j/k, Enter, x; the list keeps its place when one comes back. */
  const rows = () => all("table[data-rows] > tbody > tr");
  const here = () => rows().findIndex((row) => row.classList.contains("is-here"));
  const placeKey = () => "k-place " + location.pathname + location.search;
  const stand = (index) => {
    const list = rows();
    if (!list.length) return;
    const at = Math.max(0, Math.min(index, list.length - 1));
    list.forEach((row, i) => row.classList.toggle("is-here", i === at));
    const target = $("a, input", list[at]) || list[at];
    if (target === list[at]) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    list[at].scrollIntoView({ block: "nearest" });
  };
  const count = () => {
    const boxes = all("input[name=chosen]");
    const chosen = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => box.closest("tr")?.classList.toggle("is-chosen", box.checked));
    all("[data-many]").forEach((bar) => { bar.hidden = !chosen; });
    all("[data-many-count]").forEach((place) => {
      const words = document.documentElement.lang === "en" ? `${chosen} selected` : `已选 ${chosen} 项`;
      if (place.textContent !== words) { place.textContent = words; if (chosen) say(words); }
    });
  };
  const typing = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target) || $("dialog[open]")) return;
    const act = {
      j: () => stand(here() + 1),
      k: () => stand(here() < 0 ? 0 : here() - 1),
      x: () => { const box = $("input[name=chosen]", rows()[here()] || document.createElement("p")); if (box) { box.checked = !box.checked; count(); } },
      "/": () => $("#k-search-q")?.focus(),
      g: () => { const first = $(".k-nav a"); if (first) location.href = first.href; },
      "?": () => $("#k-keys")?.showModal(),
      Enter: () => {
        const row = rows()[here()];
        if (!row?.dataset.href || event.target.closest("a, button, summary")) return false;
        sessionStorage.setItem(placeKey(), String(here()));
        location.href = row.dataset.href;
      },
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("table[data-rows] a");
    if (link) sessionStorage.setItem(placeKey(), String(rows().indexOf(link.closest("tr"))));
    const every = event.target.closest("[data-choose-all]");
    if (every) { all("input[name=chosen]", every.closest("form") || document).forEach((box) => { box.checked = every.checked; }); count(); }
    const opens = event.target.closest("[data-dialog]");
    if (opens) document.getElementById(opens.dataset.dialog)?.showModal();
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    if (event.target.closest("[data-print]")) window.print();
    const back = event.target.closest("[data-back]");
    if (back && history.length > 1) { event.preventDefault(); history.back(); }
    all("details[data-popup][open]").forEach((box) => { if (!box.contains(event.target)) box.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details[data-popup][open]").forEach((box) => { box.open = false; $("summary", box).focus(); });
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details[data-popup][open]")) return;
    const body = event.target.lastElementChild;
    body.style.left = ""; body.style.right = "";
    const box = body.getBoundingClientRect();
    if (box.right > innerWidth - 8) { body.style.left = "auto"; body.style.right = "0"; }
    if (body.getBoundingClientRect().left < 8) { body.style.right = "auto"; body.style.left = `${8 - event.target.getBoundingClientRect().left}px`; }
  }, true);
  document.addEventListener("change", (event) => { if (event.target.name === "chosen") count(); });

  /* A double click does nothing twice. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.method === "get") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    const button = event.submitter || $("[data-once]", form);
    button?.classList.add("k-busy");
    button?.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    all("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    all(".k-busy").forEach((button) => { button.classList.remove("k-busy"); button.removeAttribute("aria-disabled"); });
  });

  /* Drafts: what was typed stays on this device until it was sent and accepted. */
  const draftKey = (form) => "k-draft " + location.pathname + " " + (form.dataset.draft || "");
  const fieldsOf = (form) => all("input, textarea, select", form).filter((node) => node.name && !["hidden", "file", "password", "submit"].includes(node.type));
  const keepDraft = (form) => {
    const kept = {};
    fieldsOf(form).forEach((node) => {
      if (["checkbox", "radio"].includes(node.type)) { if (node.checked) (kept[node.name] ||= []).push(node.value); } else kept[node.name] = [node.value];
    });
    localStorage.setItem(draftKey(form), JSON.stringify(kept));
  };
  const fillDraft = (form) => {
    const text = localStorage.getItem(draftKey(form));
    if (!text || $(".has-error, .k-summary", form)) return;
    const kept = JSON.parse(text);
    fieldsOf(form).forEach((node) => {
      const values = kept[node.name];
      if (["checkbox", "radio"].includes(node.type)) node.checked = (values || []).includes(node.value);
      else if (values && !node.value) node.value = values[0];
    });
  };
  const watchDraft = (form) => {
    fillDraft(form);
    let timer;
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => keepDraft(form), 400); });
    form.addEventListener("submit", () => sessionStorage.setItem("k-sent", draftKey(form)));
  };

  /* A table wider than its place is scrolled by keyboard too. */
  const reach = () => all(".k-table-frame").forEach((frame) => {
    const wide = frame.scrollWidth > frame.clientWidth + 1;
    if (!wide) { frame.removeAttribute("tabindex"); frame.removeAttribute("role"); frame.removeAttribute("aria-label"); return; }
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", $("caption", frame)?.textContent.trim() || document.title);
  });
  addEventListener("resize", reach);

  /* The menu stays on one line: what does not fit stands behind "more". Without script it runs over several lines. */
  const fitMenu = () => {
    const list = $(".k-nav > ul"), more = $(".k-nav-more");
    if (!list || !more) return;
    const behind = $("ul", more);
    [...behind.children].forEach((item) => list.insertBefore(item, more));
    more.hidden = true;
    const items = () => [...list.children].filter((item) => item !== more);
    const broken = () => { const line = items()[0]?.offsetTop; return [...list.children].some((item) => !item.hidden && item.offsetTop > line + 4); };
    if (!broken()) return;
    more.hidden = false;
    while (broken()) {
      const left = items().filter((item) => !$("a[aria-current]", item));
      if (left.length <= 1) break;
      behind.prepend(left[left.length - 1]);
    }
  };
  let fitting = 0;
  addEventListener("resize", () => { cancelAnimationFrame(fitting); fitting = requestAnimationFrame(fitMenu); });
  document.fonts?.ready.then(fitMenu);
  fitMenu();

  /* Parts that HTMX brings in are heard and get the focus where they ask for it. */
  const start = (root = document) => {
    all("form[data-draft]", root).forEach(watchDraft);
    $("[data-focus]", root)?.focus();
    count();
    reach();
  };
  document.addEventListener("htmx:afterSwap", (event) => { start(event.detail.target); if (event.detail.target.dataset.say) say(event.detail.target.dataset.say); });

  document.addEventListener("DOMContentLoaded", () => {
    const sent = sessionStorage.getItem("k-sent");
    if (sent) { if (!$(".k-summary")) localStorage.removeItem(sent); sessionStorage.removeItem("k-sent"); }
    /* What was refused stands in its dialogue again: the page then has the address of the act. */
    all("dialog form").find((form) => form.getAttribute("action") === location.pathname)?.closest("dialog").showModal();
    start();
    /* Enter does what a page is for, where there is a keyboard; the page stays where it is, to be read first. */
    if (matchMedia("(min-width: 62em)").matches) $("[data-enter]")?.focus({ preventScroll: true });
    const place = sessionStorage.getItem(placeKey());
    if (place !== null && performance.getEntriesByType("navigation")[0]?.type === "back_forward") stand(Number(place));
  });
})();
