export { type GateEvent, gateEvents, historyOf, type ReplayCursor } from './replay-events.ts'
export { type ReplayedLot, type ReplayedStay, StayReplay } from './stay-replay.ts'
