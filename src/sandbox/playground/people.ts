import type { ChatUser } from '../../core/chat/chat.ts';
import type { Happening, Person, Place } from '../people/person.ts';
import type { SeenForm } from '../people/seen-form.ts';
import type { Sandbox } from '../start-sandbox.ts';

/** What somebody did, as it stands in their pane. `at`: milliseconds on the sandbox's clock. */
interface Deed {
  text: string;
  place: Place;
  at: number;
  happening: Happening;
}

/** Somebody whom the page can be. */
export interface Player {
  key: string;
  person: Person;
  deeds: Deed[];
}

export interface Players {
  all(): readonly Player[];
  /** @throws Error when there is nobody of that key */
  find(key: string): Player;
  add(platform: ChatUser['platform'], name: string): Player;
  /**
   * Uses a command, or writes to the bot where the line is none.
   * @throws Error when the platform would not let it through
   */
  type(player: Player, line: string, place: Place): void;
  press(player: Player, messageId: string, action: string): void;
  /** Sends the form that is open. @throws Error when none is, or the platform would not let it through */
  submit(player: Player, values: Readonly<Record<string, string>>): void;
  putAway(player: Player): void;
}

/** The people of the playground; one on each platform is there from the start. */
export function createPlayers(sandbox: Pick<Sandbox, 'newPerson' | 'now'>): Players {
  const players: Player[] = [];

  function add(platform: ChatUser['platform'], name: string): Player {
    const player = { key: `p${players.length + 1}`, person: sandbox.newPerson(platform, name), deeds: [] };
    players.push(player);
    return player;
  }

  function note(player: Player, text: string, place: Place, happening: Happening): void {
    player.deeds.push({ text, place, at: sandbox.now(), happening });
  }

  function formOf({ person }: Player): SeenForm {
    const form = person.form();
    if (form === null) throw new Error('There is no form open.');
    return form;
  }

  add('discord', 'Ana');
  add('slack', 'Ben');
  return {
    all: () => players,
    find(key) {
      const player = players.find((candidate) => candidate.key === key);
      if (player === undefined) throw new Error(`expected one of the playground's people, got ${JSON.stringify(key)}`);
      return player;
    },
    add,
    type(player, line, place) {
      const typed = line.trim();
      if (!typed.startsWith('/')) {
        const shown = place === 'dm' ? typed : `@tallybot ${typed}`;
        note(player, shown, place, player.person.write(typed, place));
        return;
      }
      const found = /^\/([a-z]+)(?:\s+([\s\S]*))?$/.exec(typed);
      if (found === null) throw new Error('Type a command, for example: /ask Why is the sky blue?');
      const [, name = '', text = ''] = found;
      note(player, typed, place, player.person.command(name, text, place));
    },
    press(player, messageId, action) {
      const message = player.person.sees().find((candidate) => candidate.id === messageId);
      const label = message?.buttons.find((button) => button.action === action)?.label ?? action;
      const happening = player.person.press(messageId, action);
      note(player, `presses [${label}]`, message?.place === 'dm' ? 'dm' : 'channel', happening);
    },
    submit(player, values) {
      const form = formOf(player);
      const happening = player.person.submit(form, values);
      note(player, `sends [${form.title}]: ${Object.values(values).join(', ')}`, 'channel', happening);
    },
    putAway(player) {
      player.person.putAway(formOf(player));
    },
  };
}
