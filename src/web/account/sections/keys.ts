import type { AccountView } from '../../../core/account-page/view.ts';
import { type ListedKey, LONGEST_KEY_NAME } from '../../../core/wallets/api-keys.ts';
import type { FormOf } from '../form.ts';
import { type Child, type Html, html } from '../html.ts';
import { timeOf } from '../words.ts';

/** Keys for programs, and a box to try them in. `issued`: a new key, shown this once. */
export function keysSection(
  { apiKeys }: AccountView,
  { apiUrl, base }: { apiUrl: string; base: string },
  issued: string | null,
  formOf: FormOf,
): Html {
  return html`<section class="card wide" aria-labelledby="keys">
<h2 id="keys">API</h2>
<p>Any OpenAI client works with this wallet: set its base URL to <code>${apiUrl}/v1</code> and its key to one of yours. What it uses is charged here as in chat.</p>
${issued !== null && newKey(issued)}
${apiKeys.length === 0 ? html`<p class="quiet">You have no API key.</p>` : html`<ul class="rows">${apiKeys.map((key) => keyRow(key, formOf))}</ul>`}
${formOf(
  '/account/keys',
  html`<p class="field"><label for="key-name">Name of a new key, such as where it is used</label>
<input id="key-name" name="name" type="text" maxlength="${LONGEST_KEY_NAME}" autocomplete="off"></p>
<button>Make a key</button>`,
)}
${tryBox(base, issued)}
</section>`;
}

function newKey(secret: string): Html {
  return html`<div class="said good" role="status" tabindex="-1" autofocus><p>Your new key. It is shown only now; whoever has it can spend your tokens.</p><code class="secret">${secret}</code></div>`;
}

function keyRow({ id, name, createdAt, lastUsedAt }: ListedKey, formOf: FormOf): Html {
  const used: Child = lastUsedAt === null ? 'never used' : html`last used ${timeOf(lastUsedAt)}`;
  return html`<li><span><strong>${name}</strong> <code>${id}</code><small>made ${timeOf(createdAt, 'day')}, ${used}</small></span>
${formOf('/account/keys-revoke', html`<input type="hidden" name="key" value="${id}"><button class="quiet">Revoke<span class="hidden"> ${name}</span></button>`)}</li>`;
}

/** Needs script, so it is hidden until the script shows it. The key stays in the browser. */
function tryBox(base: string, issued: string | null): Html {
  return html`<form id="try" data-url="${base}/api/generate" hidden>
<h3>Try it</h3>
<p class="field"><label for="try-key">API key (it stays in this browser)</label>
<input id="try-key" type="password" autocomplete="off" required value="${issued ?? ''}"></p>
<p class="field"><label for="try-prompt">Prompt</label>
<textarea id="try-prompt" rows="2" required>In one sentence: what is a tally stick?</textarea></p>
<button>Send</button>
<pre id="try-answer" aria-live="polite" hidden></pre>
</form>`;
}
