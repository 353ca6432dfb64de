/** Elements from the page's data. Texts are set as text, never as markup. */

const PLACES = { public: 'everyone in #general', private: 'only you, in #general', dm: 'direct message' };
const tokens = new Intl.NumberFormat('en-US');

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Bold text and code within a line. */
function inline(text) {
  return text.split(/(\*\*[^*\n]+\*\*|`[^`\n]+`)/).map((part) => {
    if (part.startsWith('**') && part.length > 4) return make('strong', { textContent: part.slice(2, -2) });
    if (part.startsWith('`') && part.length > 2) return make('code', { textContent: part.slice(1, -1) });
    return part;
  });
}

/** Markdown as far as it is needed here: fenced code, bold, code; the rest stays as it was written. */
function paragraphs(text) {
  return text.split(/(^```[^\n]*\n[\s\S]*?(?:\n```|$(?![\s\S])))/m).flatMap((part) => {
    if (part.trim() === '') return [];
    const code = /^```[^\n]*\n([\s\S]*?)(?:\n```)?$/.exec(part);
    if (code === null) return [make('p', {}, ...inline(part.trim()))];
    return [make('pre', {}, make('code', { textContent: code[1] }))];
  });
}

function buttonFor(button, press) {
  if (button.url !== null) {
    return make('a', { href: button.url, target: '_blank', rel: 'noopener', textContent: button.label });
  }
  const element = make('button', { type: 'button', textContent: button.label });
  element.addEventListener('click', () => press(button.action));
  return element;
}

/** @param press called with the action of a button */
export function elementFor(line, press) {
  if (line.kind === 'deed') {
    const element = make('li', { className: 'deed' }, line.text);
    if (line.failure !== null) element.append(make('span', { className: 'place failure', textContent: line.failure }));
    return element;
  }
  const edits = line.edits > 0 ? ` · ${line.edits} ${line.edits === 1 ? 'edit' : 'edits'}` : '';
  return make(
    'li',
    { className: `message ${line.place}` },
    make('span', { className: 'place', textContent: `${PLACES[line.place]}${edits}` }),
    ...paragraphs(line.text),
    make('div', { className: 'buttons' }, ...line.buttons.map((button) => buttonFor(button, press))),
  );
}

/** What a form asks for. @param putAway called when it is not wanted */
export function formContent({ title, fields }, putAway) {
  const cancel = make('button', { type: 'button', textContent: 'Cancel' });
  cancel.addEventListener('click', putAway);
  const inputs = fields.map(({ name, label, placeholder, isRequired, maxLength }) => {
    const input = make('input', { name, placeholder, required: isRequired, maxLength, autocomplete: 'off' });
    return make('label', { className: 'wide' }, label, ' ', input);
  });
  return make(
    'fieldset',
    {},
    make('legend', { textContent: title }),
    ...inputs,
    make('button', { type: 'submit', textContent: 'Send' }),
    cancel,
  );
}

export function row(name, ...figures) {
  const cells = figures.map((figure) => make('td', { textContent: figure === null ? '' : tokens.format(figure) }));
  return make('tr', {}, make('th', { scope: 'row', textContent: name }), ...cells);
}
