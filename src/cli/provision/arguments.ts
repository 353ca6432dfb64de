import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run provision -- [options]

Creates at Dodo Payments what the catalogue sells and is not there yet, and the endpoint of its webhooks; writes their
ids and the webhook secret into .env. Needs DODO_PAYMENTS_API_KEY, DODO_ENVIRONMENT and BASE_URL. Run again it changes
nothing.

  --apply                  change at Dodo what differs from the catalogue; without it differences are only shown
  --print                  print the variables, the webhook secret among them, and leave .env alone
  --yes                    replace values in .env without asking
  --confirm-overage TEXT   in live_mode: confirm what overage costs, by the very sentence that is told
  --help                   this text
`;

export interface ProvisionArguments {
  apply: boolean;
  print: boolean;
  yes: boolean;
  /** Sentences that were confirmed beforehand. */
  confirmed: readonly string[];
}

/** @returns null when help was asked for @throws Error when an option is not known */
export function readArguments(args: readonly string[]): ProvisionArguments | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      apply: { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      'confirm-overage': { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { apply, print, yes } = values;
  return { apply, print, yes, confirmed: values['confirm-overage'].map((sentence) => sentence.trim()) };
}
