import { z } from 'zod';
import { apiUserOf } from '../../core/wallets/wallet-user.ts';
import type { WalletView } from '../../core/wallets/wallet-view.ts';
import type { Wallets } from '../../core/wallets/wallets.ts';
import { HttpProblem } from '../errors.ts';
import type { ApiRoute } from './route.ts';

const credits = z.strictObject({
  balance: z.int().describe("Dodo's, as last heard."),
  overage: z.int(),
  available: z
    .int()
    .describe('What a new request can use: the balance less what is held, unsettled or about to expire.'),
  held: z.int().describe('Reserved for requests that are being answered.'),
  unsettled: z.int().describe("Used, and not yet deducted in Dodo's ledger."),
  last_transaction_at: z
    .int()
    .nullable()
    .describe("When the newest row of Dodo's ledger was made, in milliseconds since 1970; null: there is none."),
});

export interface CreditsDeps {
  wallets: Pick<Wallets, 'read'>;
  wallet: Pick<WalletView, 'figures'>;
}

/** `GET /credits/:customerId`: the wallet's figures in tokens. */
export function createCredits({ wallets, wallet }: CreditsDeps): ApiRoute {
  return {
    method: 'get',
    path: '/credits/:customerId',
    id: 'getCredits',
    summary: 'The tokens of a Dodo customer, which must be the one of the API key; `me` stands for it.',
    answer: { description: 'Tokens, as integers.', schema: credits },
    errors: [403],
    async handle(request, response, { accountId }) {
      const account = await wallets.read(accountId);
      const { customerId: asked } = request.params;
      if (asked !== 'me' && (account === null || account.customerId !== asked)) {
        const message = "This API key opens another customer's wallet. Expected its own customer, or me.";
        throw new HttpProblem({ status: 403, code: 'not_your_customer', message });
      }
      const { balance, overage, available, held, unsettled } = await wallet.figures(apiUserOf(accountId));
      const told: z.infer<typeof credits> = {
        balance: balance ?? 0,
        overage,
        available,
        held,
        unsettled,
        last_transaction_at: account?.ledger?.rowAt || null,
      };
      response.json(told);
    },
  };
}
