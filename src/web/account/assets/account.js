// What the page can do without, and is nicer with. It is served as it stands here.

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

localTimes();
