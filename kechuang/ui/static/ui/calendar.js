"use strict";
/* The week of one instrument: FullCalendar with our own buttons; a dragged time goes to the form, which is also reached without dragging. */
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector("[data-calendar]");
  if (!place || !window.FullCalendar || matchMedia("(max-width: 47.99rem)").matches) return;
  const rules = JSON.parse(document.getElementById("k-calendar-config").textContent);
  const english = document.documentElement.lang === "en";
  const book = place.dataset.book;
  const title = document.querySelector("[data-calendar-title]");
  const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00`;
  const minutes = (from, until) => Math.round((until - from) / 60000);
  const calendar = new window.FullCalendar.Calendar(place, {
    initialView: "timeGridWeek",
    timeZone: "UTC", /* what we are given is Beijing's wall clock; see `wall` */
    now: wall(rules.now),
    initialDate: rules.day,
    locale: english ? "en" : "zh-cn",
    firstDay: 1,
    headerToolbar: false,
    allDaySlot: false,
    nowIndicator: true,
    height: "auto",
    expandRows: true,
    slotMinTime: rules.first,
    slotMaxTime: rules.last === "24:00" ? "24:00:00" : rules.last,
    slotDuration: clock(Math.max(rules.grain, 30)),
    snapDuration: clock(rules.grain),
    slotLabelInterval: "01:00",
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    dayHeaderContent: ({ date }) => `${date.getUTCMonth() + 1}/${date.getUTCDate()} ${date.toLocaleDateString(english ? "en" : "zh-CN", { weekday: "short", timeZone: "UTC" })}`,
    businessHours: rules.hours,
    validRange: { end: rules.until },
    selectable: Boolean(book),
    selectMirror: true,
    selectOverlap: false,
    selectMinDistance: 4,
    selectAllow: (chosen) => chosen.start.toISOString() >= wall(rules.now) && minutes(chosen.start, chosen.end) <= rules.most,
    select: (chosen) => {
      const until = new Date(Math.max(chosen.end.getTime(), chosen.start.getTime() + rules.least * 60000));
      const query = new URLSearchParams({ from: beijing(chosen.start), until: beijing(until) });
      location.href = `${book}?${query}`;
    },
    events: (info, done, failed) => {
      const query = new URLSearchParams({ start: beijing(info.start), end: beijing(info.end) });
      fetch(`${place.dataset.events}?${query}`, { headers: { Accept: "application/json" } })
        .then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); })
        .then((rows) => done(rows.map((row) => ({ ...row, start: wall(row.start), end: wall(row.end) }))))
        .catch(failed);
    },
    eventDidMount: (info) => {
      info.el.setAttribute("title", info.event.title);
      if (!info.event.url) { info.el.setAttribute("role", "note"); info.el.removeAttribute("tabindex"); }
    },
    datesSet: (info) => { if (title) title.textContent = info.view.title; },
  });
  /* Beijing has one offset the whole year: the wall clock is shown as if it were UTC, so that the reader's own zone never moves a time. */
  function wall(text) { return text.slice(0, 19) + "Z"; }
  function beijing(date) { return date.toISOString().slice(0, 19) + "+08:00"; }
  calendar.render();
  document.querySelectorAll("[data-calendar-go]").forEach((button) => button.addEventListener("click", () => calendar[button.dataset.calendarGo]()));
});
