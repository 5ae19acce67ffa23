// The page: which vessel is shown, and the way from a number to its station.
const page = JSON.parse(document.getElementById("data").textContent);
const sections = [...document.querySelectorAll("section.vessel")];
const tabs = [...document.querySelectorAll("[role=tab]")];
const viewers = new Map();
let current = null;

let saying = 0;
function say(words) {
  clearTimeout(saying);
  saying = setTimeout(() => { document.querySelector(".status").textContent = words; }, 400);
}

function viewerOf(section) {
  if (!viewers.has(section.id)) {
    const record = page.vessels[Number(section.id.split("-")[1])];
    viewers.set(section.id, unpack(record).then((vessel) => makeViewer(section, vessel, page.windows, say)));
  }
  return viewers.get(section.id);
}

async function show(section) {
  current = section;
  for (const other of sections) other.hidden = other !== section;
  for (const tab of tabs) {
    const chosen = tab.getAttribute("aria-controls") === section.id;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  const viewer = await viewerOf(section);
  viewer.draw();
  return viewer;
}

async function goTo(link) {
  const section = document.getElementById(link.getAttribute("href").slice(1));
  const viewer = await show(section);
  viewer.store.set({station: nearest(viewer.vessel.mm, Number(link.dataset.mm))});
  section.scrollIntoView({block: "start"});
  section.focus({preventScroll: true});
}

function listen() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.goto");
    if (link === null) return;
    event.preventDefault();
    goTo(link);
  });
  tabs.forEach((tab, place) => {
    const section = document.getElementById(tab.getAttribute("aria-controls"));
    tab.addEventListener("click", () => show(section));
    tab.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (step === undefined) return;
      const next = tabs[(place + step + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
  });
  document.addEventListener("keydown", async (event) => {
    if (current === null || event.ctrlKey || event.metaKey || event.altKey || keepsKeys(event.target)) return;
    // Outside the pictures these keys scroll the page.
    const scrolls = /^(Arrow[UD]|Page|Home|End)/.test(event.key);
    if (scrolls && event.target.closest("section.vessel") === null) return;
    if (scrolls) event.preventDefault();
    const viewer = await viewerOf(current);
    const change = keyChange(event.key, viewer.vessel, viewer.store.state, page.windows);
    if (change !== null) viewer.store.set(change);
  });
}

async function begin() {
  document.documentElement.classList.add("live");
  if (sections.length > 0) {
    listen();
    await show(document.getElementById(page.opens) ?? sections[0]);
    makeReviewer(page.review, document.querySelector("details.review"));
  }
  document.body.dataset.ready = "";
}

begin().catch((error) => {
  document.documentElement.classList.remove("live");
  for (const section of sections) {
    section.hidden = false;
    const note = section.querySelector(".viewer-error");
    note.hidden = false;
    note.textContent = `The pictures cannot be moved in this browser (${error.name}); the stills and tables are whole.`;
  }
  document.body.dataset.ready = "failed";
});
