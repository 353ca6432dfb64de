/** What somebody who pays finds on the way. */
export interface PaidVisit {
  pageStatus: number;
  pageTitle: string;
  /** What the page asks to be paid, as it stands there. */
  total: string;
  /** Where the browser ended after the form was sent. */
  landedOn: string;
  landedStatus: number;
}

/**
 * Pays at a checkout as a browser does: gets the page, fills in its form, sends it, follows where it leads.
 * @throws Error when the page has no form with the fields `email` and `name` and a button that pays
 */
export async function payInBrowser(url: string, buyer: { email: string; name: string }): Promise<PaidVisit> {
  const response = await fetch(url);
  const page = await response.text();
  const form = /<form[^>]*method="post"[^>]*>([\s\S]*?)<\/form>/.exec(page)?.[1];
  if (form === undefined) throw new Error(`expected a form at ${url}, got ${response.status}: ${textOf(page)}`);
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) fields.set(attribute(tag, 'name'), attribute(tag, 'value'));
  for (const [name, value] of Object.entries(buyer)) {
    if (!fields.has(name)) throw new Error(`expected a field ${name} in the form at ${url}, got ${[...fields.keys()]}`);
    if (fields.get(name) === '') fields.set(name, value);
  }
  const pay = [...form.matchAll(/(<button[^>]*>)([^<]*)<\/button>/g)].find(([, , label]) => label?.trim() === 'Pay');
  if (pay === undefined) throw new Error(`expected a button "Pay" in the form at ${url}`);
  fields.set(attribute(pay[1] ?? '', 'name'), attribute(pay[1] ?? '', 'value'));
  const landed = await fetch(url, { method: 'POST', body: fields });
  await landed.arrayBuffer();
  return {
    pageStatus: response.status,
    pageTitle: /<title>([^<]*)<\/title>/.exec(page)?.[1] ?? '',
    total: /Total ([\d.]+ [A-Z]{3})/.exec(page)?.[1] ?? '',
    landedOn: landed.url,
    landedStatus: landed.status,
  };
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

function textOf(page: string): string {
  return page
    .replaceAll(/<style>[\s\S]*?<\/style>|<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
