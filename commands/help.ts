import type { CommandSpec } from '../src/core/chat.ts';
import type { Command } from '../src/core/command.ts';
import { formatTokens, formatUsd } from '../src/core/tokens.ts';

function usage(spec: CommandSpec): string {
  const options = spec.options.map((option) => (option.required ? ` <${option.name}>` : ` [${option.name}]`));
  return `- \`/${spec.name}${options.join('')}\` ${spec.description}`;
}

export const help: Command = {
  name: 'help',
  description: 'What this bot does and what it costs',
  options: [],
  async run({ responder, services }) {
    await responder.acknowledge('private');
    const { brand, rules, specs } = services;
    const { plans, topUp } = rules.catalogue;
    const links = [
      ...(brand.termsUrl === null ? [] : [{ label: 'Terms', url: brand.termsUrl }]),
      ...(brand.privacyUrl === null ? [] : [{ label: 'Privacy', url: brand.privacyUrl }]),
    ];
    const text = [
      `**${brand.name}** answers questions and is paid by the token. An answer costs the tokens that the model read and wrote; answers that fail are free. Below each answer stands what it cost.`,
      '',
      ...specs.map(usage),
      '',
      `Starter: ${formatTokens(plans.starter.tokensPerCycle)} tokens a month for ${formatUsd(plans.starter.monthlyCents)}. Pro: ${formatTokens(plans.pro.tokensPerCycle)} tokens a month for ${formatUsd(plans.pro.monthlyCents)}, then overage up to a cap. Top-up: ${formatTokens(topUp.tokens)} tokens for ${formatUsd(topUp.cents)}, good for ${topUp.expiresAfterDays} days.`,
      ...(links.length === 0 ? ['Terms and privacy: please ask whoever runs this bot.'] : []),
    ].join('\n');
    await responder.reply({ text, buttons: links });
  },
};
