import type { Millis } from '../../core/time.ts';
import type { WalletUser } from '../../core/wallets/wallet-user.ts';
import { type Html, html } from './html.ts';

const PLATFORM_NAMES: Readonly<Record<WalletUser['platform'], string>> = {
  discord: 'Discord',
  slack: 'Slack',
  api: 'HTTP API',
};

/** @returns such as "Discord" */
export function platformName({ platform }: Pick<WalletUser, 'platform'>): string {
  return PLATFORM_NAMES[platform];
}

/** A time in UTC, which the page's script turns into the reader's own. */
export function timeOf(at: Millis, form: 'day' | 'minute' = 'minute'): Html {
  const iso = new Date(at).toISOString();
  const shown = form === 'day' ? iso.slice(0, 10) : `${iso.slice(0, 16).replace('T', ' ')} UTC`;
  return html`<time datetime="${iso}" data-form="${form}">${shown}</time>`;
}

/** A text of ours for chat: a paragraph for each line. */
export function markdownLines(text: string): Html[] {
  return text.split('\n').map((line) => html`<p>${markdownLine(line)}</p>`);
}

/** Our texts' Markdown, which has bold and code only. */
export function markdownLine(text: string): Html[] {
  return text
    .split(/(\*\*[^*]+\*\*|`[^`]+`)/)
    .map((part) =>
      part.startsWith('**')
        ? html`<strong>${part.slice(2, -2)}</strong>`
        : part.startsWith('`')
          ? html`<code>${part.slice(1, -1)}</code>`
          : html`${part}`,
    );
}
