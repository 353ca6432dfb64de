import type { AlertSettings } from '../src/core/chat/alert-settings.ts';
import type { CommandOptions } from '../src/core/chat/chat.ts';
import type { Command, CommandContext, Services } from '../src/core/chat/command.ts';
import { formatUsd } from '../src/core/tokens.ts';

/** What a member typed: nothing, a wish, or something that is no wish. */
type Typed = { capDollars?: number; low?: boolean } | 'unclear';

const SWITCH: Readonly<Record<string, boolean>> = { on: true, off: false };

/** Longer figures are no amount of money. */
const DOLLARS = /^\$?(\d{1,6})$/;

/** The words behind the command on Slack, and what the options on Discord come to: `cap 20`, `low off`, or both. */
function readWords(words: readonly string[]): Typed {
  const [name = '', value = '', ...rest] = words;
  if (words.length === 0) return {};
  const dollars = DOLLARS.exec(name === 'cap' ? value : name)?.[1];
  const isOn = name === 'low' ? SWITCH[value] : undefined;
  if (dollars === undefined && isOn === undefined) return 'unclear';
  const isShort = name !== 'cap' && name !== 'low';
  const others = readWords(isShort ? words.slice(1) : rest);
  const wish = dollars === undefined ? { low: isOn === true } : { capDollars: Number(dollars) };
  if (others === 'unclear' || Object.keys(wish).some((key) => key in others)) return 'unclear';
  return { ...wish, ...others };
}

function readText(text: string): Typed {
  return readWords(text.toLowerCase().split(/\s+/).filter(Boolean));
}

function readOptions(options: CommandOptions): Typed {
  const cap = options.cap === undefined ? '' : String(options.cap);
  const low = options.low === undefined ? '' : `low ${options.low}`;
  return readText(`${cap} ${low}`);
}

function mostDollars({ rules }: Services): number {
  return Math.floor(rules.overageCapCents / 100);
}

function overageLine({ capCents, mostCents, overage }: AlertSettings): string {
  const cap =
    capCents === 0
      ? '**Overage: none.** When your tokens are used up, answers stop.'
      : `**Overage cap: ${formatUsd(capCents)} a cycle.** Answers stop there; you get a DM at 50, 80 and 100% of it.`;
  const change = `To change it: \`/alerts cap 20\`, from 0 (no overage at all) to ${Math.floor(mostCents / 100)} dollars.`;
  if (overage === null) return `${cap} No plan of yours has overage at the moment. ${change}`;
  const limit = overage.capCents < capCents ? ` Your plan itself ends at ${formatUsd(overage.capCents)}.` : '';
  return `${cap} Used in this cycle: ${formatUsd(overage.usedCents)}.${limit} ${change}`;
}

function lowLine({ isLowTold }: AlertSettings): string {
  return isLowTold
    ? '**Low balance: you get a DM** at 20%, 5% and 0 of the tokens added last. To end that: `/alerts low off`.'
    : '**Low balance: no DMs.** To get them: `/alerts low on`.';
}

async function showAlerts({ turn, responder, services }: CommandContext, typed: Typed): Promise<void> {
  await responder.acknowledge('private');
  const { alerts } = services;
  const most = mostDollars(services);
  if (typed === 'unclear') {
    await responder.reply({
      text: `I did not understand that; nothing was changed. For example: \`/alerts cap 20\` (whole dollars, 0 to ${most}) or \`/alerts low off\`.`,
    });
    return;
  }
  const { capDollars, low } = typed;
  if (capDollars !== undefined && capDollars > most) {
    await responder.reply({ text: `The cap can be 0 to ${most} dollars, not ${capDollars}. Nothing was changed.` });
    return;
  }
  const isAsked = capDollars !== undefined || low !== undefined;
  const settings = isAsked
    ? await alerts.change(turn.by, {
        ...(capDollars === undefined ? {} : { capCents: capDollars * 100 }),
        ...(low === undefined ? {} : { isLowTold: low }),
      })
    : await alerts.settings(turn.by);
  await responder.reply({
    text: [...(isAsked ? ['Noted.'] : []), overageLine(settings), lowLine(settings)].join('\n'),
    buttons: [
      { label: 'Change cap', action: 'alerts_cap' },
      settings.isLowTold
        ? { label: 'No DMs about a low balance', action: 'alerts:low_off' }
        : { label: 'DMs about a low balance', action: 'alerts:low_on' },
    ],
  });
}

export const alerts: Command = {
  name: 'alerts',
  description: 'What you are told by DM, and your cap on overage',
  options: [
    {
      name: 'cap',
      description: 'The most overage in a cycle, in dollars; 0: none',
      type: 'integer',
      required: false,
      min: 0,
    },
    {
      name: 'low',
      description: 'DMs when your balance is low: on or off',
      type: 'string',
      required: false,
      choices: [
        { name: 'On', value: 'on' },
        { name: 'Off', value: 'off' },
      ],
    },
  ],
  run: (context, options) => showAlerts(context, readOptions(options)),
  actions: { alerts: (context, argument) => showAlerts(context, readWords(argument.split('_'))) },
  forms: {
    alerts_cap: {
      form(services) {
        const label = `Dollars a cycle, 0 to ${mostDollars(services)}`;
        return { title: 'Cap on overage', fields: [{ name: 'cap', label, maxLength: 20 }] };
      },
      submit: (context, { cap = '' }) => showAlerts(context, readText(`cap ${cap}`)),
      instead: 'Press the button again, or type `/alerts cap 20`.',
    },
  },
};
