import type { Amount, Price, Quantity } from "./fixed_point.ts";

/** What a venue says of one symbol: assets, the steps that prices and quantities move in, the least order. */
export interface SymbolRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly priceTick: Price;
  readonly quantityStep: Quantity;
  readonly notionalMin: Amount;
}
