// What the page can do without, and is nicer with. It is served as it stands here.
import { drawUsage } from './usage-chart.js';

/** Times in the reader's own zone and language; the server writes UTC. */
function localTimes() {
  const forms = {
    day: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }),
    minute: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
  };
  for (const time of document.querySelectorAll('time[data-form]')) {
    const form = forms[time.dataset.form];
    if (form !== undefined) time.textContent = form.format(new Date(time.dateTime));
  }
}

/** The box that tries the API: one request, as any program would send it. */
function tryBox() {
  const form = document.querySelector('#try');
  if (form === null) return;
  const [key, prompt, answer] = ['#try-key', '#try-prompt', '#try-answer'].map((id) => form.querySelector(id));
  const button = form.querySelector('button');
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    answer.hidden = false;
    answer.textContent = 'Waiting for the answer…';
    answer.textContent = await generate(form.dataset.url, key.value.trim(), prompt.value);
    button.disabled = false;
  });
}

async function generate(url, key, prompt) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt }),
    });
    const text = await response.text();
    return `${response.status} ${response.statusText}\n${readable(text)}`;
  } catch {
    return 'There was no answer. Please see whether you are online, and try again.';
  }
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

localTimes();
tryBox();
drawUsage(document.querySelector('#usage-chart'), document.querySelector('#usage-table'));
