import { packOffer, planOffer } from '../src/core/buying/offer-text.ts';
import type { Catalogue } from '../src/core/catalogue.ts';
import type { CommandSpec } from '../src/core/chat/chat.ts';
import type { Command } from '../src/core/chat/command.ts';

function usage(spec: CommandSpec): string {
  const options = spec.options.map((option) => (option.required ? ` <${option.name}>` : ` [${option.name}]`));
  return `- \`/${spec.name}${options.join('')}\` ${spec.description}`;
}

function pricesText({ plans, packs }: Catalogue): string {
  return [
    ...plans.map((plan) => {
      const beyond = plan.overageMicroDollars === null ? '' : ', then overage up to a cap';
      return `${plan.name}: ${planOffer(plan)}${beyond}.`;
    }),
    ...packs.map((pack) => `${packs.length === 1 ? 'Top-up' : pack.name}: ${packOffer(pack)}.`),
  ].join(' ');
}

export const help: Command = {
  name: 'help',
  description: 'What this bot does and what it costs',
  options: [],
  async run({ responder, services }) {
    await responder.acknowledge('private');
    const { brand, rules, specs } = services;
    const links = [
      ...(brand.termsUrl === null ? [] : [{ label: 'Terms', url: brand.termsUrl }]),
      ...(brand.privacyUrl === null ? [] : [{ label: 'Privacy', url: brand.privacyUrl }]),
    ];
    const text = [
      `**${brand.name}** answers questions and is paid by the token. An answer costs the tokens that the model read and wrote; answers that fail are free. Below each answer stands what it cost.`,
      '',
      ...specs.map(usage),
      '',
      pricesText(rules.catalogue),
      ...(links.length === 0 ? ['Terms and privacy: please ask whoever runs this bot.'] : []),
    ].join('\n');
    await responder.reply({ text, buttons: links });
  },
};
