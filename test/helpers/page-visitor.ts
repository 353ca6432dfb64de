import { linkIn, type Person, reads } from './people.ts';

/** A browser without script: keeps cookies, follows redirects within the bot, fills in forms. */
export interface PageVisitor {
  get(url: string): Promise<Seen>;
  /**
   * Posts a form of the last page that has this action, as its fields stand but for these.
   * @param form another form whose hidden fields are sent, for what the page itself does not offer
   */
  submit(
    action: string,
    fields?: Record<string, string>,
    headers?: Record<string, string>,
    form?: string,
  ): Promise<Seen>;
  cookies: Map<string, string>;
}

export interface Seen {
  status: number;
  url: string;
  headers: Headers;
  text: string;
}

/** @param base where the bot listens */
export function createPageVisitor(base: string): PageVisitor {
  const cookies = new Map<string, string>();
  let last = '';

  async function send(url: string, init: RequestInit = {}): Promise<Seen> {
    const address = new URL(url, base);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) keep(line);
    const text = await response.text();
    const location = response.headers.get('location');
    if (location !== null) return send(location);
    last = text;
    return { status: response.status, url: address.href, headers: response.headers, text };
  }

  function keep(line: string): void {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }

  return {
    cookies,
    get: (url) => send(url),
    submit(action, fields = {}, headers = {}, form = action) {
      const body = new URLSearchParams(hiddenFields(last, form));
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return send(action, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin', ...headers } });
    },
  };
}

/** @throws Error when the page has no such form */
function hiddenFields(page: string, action: string): Record<string, string> {
  const form = page.split('<form ').find((part) => part.includes(`action="${action}"`));
  if (form === undefined) throw new Error(`expected a form ${action} on the page, got ${page}`);
  const inputs = (form.split('</form>')[0] ?? '').matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}

/** Types `/account`. @returns the private link */
export async function accountLinkOf(person: Person): Promise<string> {
  const said = await reads(person.does('account'));
  if (!said.isPrivate) throw new Error(`expected a private link, got ${JSON.stringify(said)}`);
  return linkIn(said);
}

/** Signs a visitor in by the link that `/account` gives. @returns the account page */
export async function signIn(visitor: PageVisitor, person: Person): Promise<Seen> {
  await visitor.get(await accountLinkOf(person));
  return visitor.submit('/account/open');
}
