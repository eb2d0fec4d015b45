/**
 * What must be true of one stay's money, worked out from what was acknowledged and in another way than the gateway does:
 * a few sums, and everything else follows from them.
 */
export class StayAccount {
  /** Of the bill in force, 0: none. */
  priceFen = 0
  /** Money of the driver that the city holds for this stay. */
  heldFen = 0
  /** Granted or given back by decision, at most the price. */
  grantedFen = 0
  /** Nobody asks for the rest. */
  forgiven = false
  disputed = false

  get allowedFen(): number {
    return Math.min(this.grantedFen, this.priceFen)
  }
  get paidFen(): number {
    return Math.min(this.heldFen, this.priceFen - this.allowedFen)
  }
  get creditFen(): number {
    return this.heldFen - this.paidFen
  }
  get #restFen(): number {
    return this.priceFen - this.allowedFen - this.paidFen
  }
  get owedFen(): number {
    return this.forgiven ? 0 : this.#restFen
  }
  get writtenOffFen(): number {
    return this.forgiven ? this.#restFen : 0
  }
  /** What a grant can take off. */
  get grantableFen(): number {
    return this.priceFen - this.allowedFen - this.writtenOffFen
  }
  get refundedWhole(): boolean {
    return this.owedFen === 0 && this.writtenOffFen === 0 && this.allowedFen === this.priceFen
  }

  pay(fen: number): void {
    this.heldFen += fen
    if (this.#restFen === 0) this.forgiven = false
  }

  /** What was decided for the price before holds for the next; a dispute about it is over. */
  rate(fen: number): void {
    const forgiven = this.writtenOffFen > 0
    this.grantedFen = this.allowedFen
    this.priceFen = fen
    this.forgiven = forgiven
    if (this.#restFen === 0) this.forgiven = false
    this.disputed = false
  }

  grant(fen: number): void {
    this.grantedFen += fen
    this.disputed = false
  }

  refund(fen: number): void {
    this.grantedFen += Math.max(0, fen - this.creditFen)
    this.heldFen -= fen
    this.disputed = false
  }

  writeOff(): void {
    this.forgiven = true
    this.disputed = false
  }
}
