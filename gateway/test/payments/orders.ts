import type { PaymentOrder, RefundOrder } from '../../src/payments/payment-provider.ts'

export const order = (change: Partial<PaymentOrder> = {}): PaymentOrder => ({
  orderId: 'mk3x9f2a-0123456789ab-a1',
  bill: 's-mk3x9f2a-0123456789abcdef-v1-r1',
  amountFen: 1500,
  plate: '鲁A12345',
  subject: '停车费 泉城广场停车场',
  stay: {
    lot: 'quancheng',
    lotName: '泉城广场停车场',
    plateColour: 'blue',
    enteredMs: Date.UTC(2026, 10, 23, 4),
    leftMs: Date.UTC(2026, 10, 23, 7, 30),
  },
  ...change,
})

export const refund = (change: Partial<RefundOrder> = {}): RefundOrder => ({
  refundId: 'mk3x9f2a-0123456789ab-a1-f1',
  orderId: 'mk3x9f2a-0123456789ab-a1',
  amountFen: 600,
  orderFen: 1500,
  reason: '重复缴费',
  ...change,
})
