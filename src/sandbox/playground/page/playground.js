/** The page asks what there is to see every half second and changes only what has changed. */

import { elementFor, formContent, make, row } from './render.js';

const LOOK_EVERY_MS = 500;
const PLATFORMS = { discord: 'Discord', slack: 'Slack' };

const problem = document.querySelector('#problem');
const panes = Object.fromEntries(Object.keys(PLATFORMS).map((platform) => [platform, makePane(platform)]));

function tell(text) {
  problem.textContent = text;
  problem.hidden = text === '';
}

/** Sends a wish; what stands in its way is shown. */
async function call(path, body = {}, method = 'POST') {
  try {
    const response = await fetch(`api/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = response.status === 204 ? null : await response.json();
    if (!response.ok) throw new Error(answer.error);
    tell('');
    await look();
    return answer;
  } catch (error) {
    tell(error.message);
    return null;
  }
}

function makePane(platform) {
  const root = document.querySelector('#pane').content.cloneNode(true).firstElementChild;
  const pane = {
    root,
    person: root.querySelector('[name=person]'),
    lines: root.querySelector('.lines'),
    form: root.querySelector('form[name=form]'),
    shown: new Map(),
  };
  root.setAttribute('aria-label', PLATFORMS[platform]);
  root.querySelector('h2').textContent = PLATFORMS[platform];
  pane.person.addEventListener('change', () => {
    pane.lines.replaceChildren();
    pane.shown.clear();
    void look();
  });
  root.querySelector('form[name=add]').addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const made = await call('people', { platform, name: form.elements.name.value });
    if (made === null) return;
    form.reset();
    pane.person.value = made.key;
    pane.person.dispatchEvent(new Event('change'));
  });
  root.querySelector('form[name=line]').addEventListener('submit', async (event) => {
    event.preventDefault();
    const { text, place } = event.currentTarget.elements;
    const done = await call(`people/${pane.person.value}/lines`, { text: text.value, place: place.value });
    if (done === null && problem.hidden) text.value = '';
  });
  pane.form.addEventListener('submit', (event) => {
    event.preventDefault();
    void call(`people/${pane.person.value}/forms`, Object.fromEntries(new FormData(pane.form)));
  });
  document.querySelector('#panes').append(root);
  return pane;
}

/** A button that is being used stays in hand while its message changes. */
function replaceKeepingFocus(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.textContent : null;
  old.replaceWith(fresh);
  if (focused !== null) [...fresh.querySelectorAll('button, a')].find((one) => one.textContent === focused)?.focus();
}

function showLines(pane, lines) {
  const { scrollHeight, scrollTop, clientHeight } = pane.lines;
  const wasAtEnd = scrollHeight - scrollTop - clientHeight < 40;
  const ids = new Set(lines.map((line) => line.id));
  for (const [id, known] of pane.shown) {
    if (ids.has(id)) continue;
    known.element.remove();
    pane.shown.delete(id);
  }
  let previous = null;
  for (const line of lines) {
    const text = JSON.stringify(line);
    const known = pane.shown.get(line.id);
    let element = known?.element;
    if (known?.text !== text) {
      const press = (action) => call(`people/${pane.person.value}/presses`, { message: line.id, action });
      element = elementFor(line, press);
      if (known !== undefined) replaceKeepingFocus(known.element, element);
      pane.shown.set(line.id, { text, element });
    }
    const place = previous === null ? pane.lines.firstElementChild : previous.nextElementSibling;
    if (place !== element) pane.lines.insertBefore(element, place);
    previous = element;
  }
  if (wasAtEnd) pane.lines.scrollTop = pane.lines.scrollHeight;
}

/** What is being typed stays until another form is there. */
function showForm(pane, form) {
  const id = form?.id ?? '';
  if (pane.form.dataset.id === id) return;
  pane.form.dataset.id = id;
  pane.form.hidden = form === null;
  const putAway = () => call(`people/${pane.person.value}/forms`, {}, 'DELETE');
  pane.form.replaceChildren(...(form === null ? [] : [formContent(form, putAway)]));
  if (form !== null && pane.lines.contains(document.activeElement)) pane.form.querySelector('input')?.focus();
}

function showBooks(root, { dodo, bot, person }) {
  root.querySelector('.name').textContent = person.name;
  const isSettled = bot.unsettled === 0;
  const compared = (name, theirs, ours) => {
    const line = row(name, theirs, ours);
    line.classList.toggle('differs', isSettled && theirs !== ours);
    return line;
  };
  root
    .querySelector('.books tbody')
    .replaceChildren(
      compared('balance', dodo.balance, bot.balance),
      compared('overage', dodo.overage, bot.overage),
      compared('deducted and charged', dodo.deducted, bot.charged),
      row('granted', dodo.granted, null),
      row('used, not in the ledger yet', null, bot.unsettled),
      row('held for running answers', null, bot.held),
      row('available', null, bot.available),
    );
  const rows = dodo.rows.toReversed();
  root
    .querySelector('.ledger tbody')
    .replaceChildren(...rows.map((entry) => row(entry.type, entry.amount, entry.balanceAfter, entry.overageAfter)));
}

function showPeople(select, platform, { people, panes: shown }) {
  const own = people.filter((person) => person.platform === platform);
  if (select.options.length !== own.length) {
    select.replaceChildren(...own.map(({ key, name }) => make('option', { value: key, textContent: name })));
  }
  const chosen = shown[platform]?.person.key ?? '';
  if (select.value !== chosen) select.value = chosen;
}

function showFaults({ faults, webhooks }) {
  for (const box of document.querySelectorAll('#faults input')) box.checked = faults[box.name];
  const count = Object.values(faults).filter(Boolean).length;
  document.querySelector('#fault-count').textContent = count === 0 ? '' : `(${count} on)`;
  const { delivered, pending, failed, dropped } = webhooks;
  document.querySelector('#webhooks').textContent =
    `Webhooks: ${delivered} delivered, ${pending} to come, ${failed} given up, ${dropped} dropped.`;
}

async function look() {
  const chosen = new URLSearchParams(Object.entries(panes).map(([platform, { person }]) => [platform, person.value]));
  const response = await fetch(`api/state?${chosen}`);
  const state = await response.json();
  document.querySelector('#clock').textContent = new Date(state.now).toISOString().slice(0, 19).replace('T', ' ');
  showFaults(state);
  for (const [platform, pane] of Object.entries(panes)) {
    const shown = state.panes[platform];
    // Somebody else may have been chosen meanwhile.
    if (shown === null || (pane.person.value !== '' && pane.person.value !== shown.person.key)) continue;
    showPeople(pane.person, platform, state);
    showLines(pane, shown.lines);
    showForm(pane, shown.form);
    showBooks(pane.root, shown);
  }
}

for (const button of document.querySelectorAll('button[data-call]')) {
  button.addEventListener('click', async () => {
    button.disabled = true;
    await call(button.dataset.call, button.dataset.days === undefined ? {} : { days: Number(button.dataset.days) });
    button.disabled = false;
    button.focus();
  });
}
document.querySelector('#faults').addEventListener('change', (event) => {
  void call('faults', { [event.target.name]: event.target.checked });
});

async function keepLooking() {
  let wasLost = false;
  for (;;) {
    try {
      await look();
      if (wasLost) tell('');
      wasLost = false;
    } catch {
      wasLost = true;
      tell('The sandbox does not answer. Is it still running?');
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
void keepLooking();
