import type { Brand } from '../../core/chat/command.ts';
import type { Assets } from './assets.ts';
import { type Child, type Html, html } from './html.ts';

/** What every page of the account has around it. */
export interface Frame {
  brand: Brand;
  assets: Assets;
  /** The path of the bot's own address, without a slash at the end: before every link. */
  base: string;
}

export interface Shell {
  title: string;
  /** Beside the brand's name, such as the way out. */
  corner?: Child;
  main: Child;
  /** The chart and the box for the API come with it. */
  hasScript?: boolean;
  /** Where the browser goes at once: a redirect that `form-action` does not hinder. */
  refreshTo?: string;
}

/** A whole document. */
export function pageOf({ brand, assets }: Frame, { title, corner, main, hasScript, refreshTo }: Shell): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refreshTo === undefined ? null : html`<meta http-equiv="refresh" content="0;url=${refreshTo}">`}
<title>${title} · ${brand.name}</title>
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style}">
${hasScript === true && html`<script src="${assets.chart}" defer></script><script type="module" src="${assets.script}"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><p class="brand">${brand.name}</p>${corner ?? null}</header>
<main id="main" tabindex="-1">
${main}
</main>
<footer>${legalLinks(brand)}</footer>
</body>
</html>
`;
}

function legalLinks({ termsUrl, privacyUrl }: Brand): Child {
  return [
    termsUrl !== null && html`<a href="${termsUrl}">Terms</a>`,
    privacyUrl !== null && html`<a href="${privacyUrl}">Privacy</a>`,
  ];
}

/** A page that says one thing. */
export function plainPage(frame: Frame, title: string, body: Child): Html {
  return pageOf(frame, { title, main: html`<section class="card narrow"><h1>${title}</h1>${body}</section>` });
}
