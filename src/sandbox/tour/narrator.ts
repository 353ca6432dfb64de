import { styleText } from 'node:util';
import { formatTokens } from '../../core/tokens.ts';
import type { Person, Place, Seen } from '../people/person.ts';

type Style = Parameters<typeof styleText>[0];

/** Tells the story on a terminal: who did what, who saw what, and what was expected of it. */
export interface Narrator {
  heading(text: string): void;
  /** Something that no person sees. */
  note(text: string): void;
  does(person: Person, what: string, place?: Place): void;
  /** A message as this person sees it. */
  shows(person: Person, message: Seen): void;
  /** The texts that a streaming answer went through. */
  streams(texts: readonly string[]): void;
  passes(what: string): void;
  fails(what: string, expected: string, got: string): void;
  /** Lines that are aligned already. */
  table(lines: readonly string[]): void;
}

const WIDTH = 100;

const platforms = { discord: 'Discord', slack: 'Slack' } as const;

/** @param write takes text with its line ends */
export function createNarrator(write: (text: string) => void, hasColours: boolean): Narrator {
  const paint = (style: Style, text: string) => (hasColours ? styleText(style, text, { validateStream: false }) : text);
  const line = (text = '') => write(`${text}\n`);

  return {
    heading(text) {
      line();
      line(paint('bold', `── ${text} ${'─'.repeat(Math.max(3, WIDTH - text.length - 4))}`));
    },
    note: (text) => line(paint('dim', `  (${text})`)),
    does(person, what, place = 'channel') {
      const where = place === 'dm' ? 'in the DM with the bot' : 'in #general';
      line();
      line(`  ${paint('cyan', `${person.name}, ${platforms[person.platform]} ${where}`)}: ${paint('bold', what)}`);
    },
    shows(person, message) {
      const audience = {
        public: 'everyone in #general sees',
        private: `only ${person.name} sees, in #general`,
        dm: `${person.name} gets a DM`,
      }[message.place];
      line(`    ${paint(message.place === 'dm' ? 'magenta' : 'blue', `${audience}:`)}`);
      for (const row of wrapped(message.text, WIDTH - 6)) line(`    │ ${row}`);
      const buttons = message.buttons.map(({ label, url }) => (url === null ? `[${label}]` : `[${label} → ${url}]`));
      for (const row of buttons) line(`    │ ${paint('yellow', row)}`);
    },
    streams(texts) {
      for (const text of texts) {
        const flat = text.replaceAll(/\s+/g, ' ').trim();
        const end = flat.length > 60 ? `…${flat.slice(-60)}` : flat;
        line(paint('dim', `    ✎ ${formatTokens(text.length).padStart(5)} characters: ${end}`));
      }
    },
    passes: (what) => line(`    ${paint('green', '✓')} ${what}`),
    fails(what, expected, got) {
      line(`    ${paint('red', '✗')} ${what}`);
      line(`      expected ${expected}`);
      line(`      got      ${got}`);
    },
    table(lines) {
      for (const row of lines) line(`  ${row}`);
    },
  };
}

/** Breaks long lines at spaces; a word that is longer stays whole. Lines that fit keep their indentation. */
function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    if (paragraph.length <= width) return [paragraph];
    const rows: string[] = [];
    let row = '';
    for (const word of paragraph.split(' ')) {
      if (row !== '' && row.length + 1 + word.length > width) {
        rows.push(row);
        row = word;
      } else row = row === '' ? word : `${row} ${word}`;
    }
    return [...rows, row];
  });
}
