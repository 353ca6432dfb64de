import type { AnswerView, Button, MessageHandle, Reply } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Millis } from '../../core/time.ts';
import { createEditPacer } from '../edit-pacer.ts';
import { persist } from '../persist.ts';
import { discordCode } from './errors.ts';
import { finalSheets, growingSheets } from './layout.ts';
import type { Line } from './line.ts';
import type { Outlet, Posted } from './outlet.ts';
import { replySheets, type Sheet } from './render.ts';

/** How long the placeholder is tried for while Discord is busy. */
const OPEN_WITHIN: Millis = 20_000;

/** A message of the answer and what it shows now. */
interface Shown {
  message: Posted;
  sheet: Sheet;
}

export interface AnswerOptions {
  line: Line;
  placeholder: Reply;
  editIntervalMs: Millis;
  clock: Clock;
  log: Log;
  /** Names a message for later, from this way. */
  handleOf(message: Posted, way: Outlet['kind']): MessageHandle;
}

/** Posts the placeholder and turns it, edit by edit, into the answer. Throws PlatformError when it cannot be posted. */
export async function openAnswer(options: AnswerOptions): Promise<AnswerView> {
  const { line, placeholder, log } = options;
  const buttons: readonly Button[] = placeholder.buttons ?? [];
  /** The messages in each place; an answer that has to move starts afresh in the new one. */
  const places = new Map<string, Shown[]>();
  let handle: MessageHandle | null = null;
  let footer: Reply | null = null;

  function shownBy(outlet: Outlet): Shown[] {
    const place = outlet.kind === 'dm' ? 'dm' : 'channel';
    const shown = places.get(place) ?? [];
    places.set(place, shown);
    return shown;
  }

  /** Brings the messages to these sheets, from the first one on; what is right already is left alone. */
  async function bring(outlet: Outlet, sheets: readonly Sheet[]): Promise<void> {
    const shown = shownBy(outlet);
    for (const [index, sheet] of sheets.entries()) {
      const present = shown[index];
      if (present === undefined) {
        const message = await outlet.post(sheet);
        shown.push({ message, sheet });
        handle = options.handleOf(message, outlet.kind);
      } else if (!isSame(present.sheet, sheet)) {
        await outlet.edit(present.message, sheet);
        present.sheet = sheet;
      }
    }
    for (const extra of shown.slice(sheets.length).reverse()) {
      await outlet.remove(extra.message);
      shown.pop();
    }
  }

  async function send(text: string): Promise<void> {
    await line.through((outlet) => {
      const room = shownBy(outlet).length + outlet.room();
      return bring(outlet, footer === null ? growingSheets(text, buttons, room) : finalSheets(text, footer, room));
    });
  }

  await persist(() => line.through((outlet) => bring(outlet, replySheets(placeholder))), {
    withinMs: OPEN_WITHIN,
    clock: options.clock,
  });
  const opened = handle;
  if (opened === null) throw new Error('expected a message after the placeholder was posted');

  const pacer = createEditPacer({
    intervalMs: options.editIntervalMs,
    clock: options.clock,
    send,
    onFault: (error) => log.info({ code: discordCode(error), fault: String(error) }, 'an edit of an answer failed'),
  });

  return {
    get handle() {
      return handle ?? opened;
    },
    show(text, mayWrite) {
      if (text.trim() !== '') pacer.show(text, mayWrite);
    },
    async finish(text, below) {
      footer = below;
      await pacer.finish(text);
    },
  };
}

function isSame(a: Sheet, b: Sheet): boolean {
  const isSameBelow =
    a.buttons.length === b.buttons.length && a.buttons.every((button, index) => button === b.buttons[index]);
  return a.content === b.content && isSameBelow && a.file === b.file;
}
