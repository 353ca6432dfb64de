import type { DodoPayments } from 'dodopayments';

export type AttachCreditEntitlement = DodoPayments.AttachCreditEntitlement;
export type CheckoutSessionCreateParams = DodoPayments.CheckoutSessionCreateParams;
export type CreditEntitlement = DodoPayments.CreditEntitlement;
export type CreditEntitlementCreateParams = DodoPayments.CreditEntitlementCreateParams;
