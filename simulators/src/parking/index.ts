export { type CameraRead, readBy, type SeenVehicle } from './camera-noise.ts'
export { generatePlate } from './generated-plates.ts'
export { type GateEvent, gateEvents, historyOf, type ReplayCursor } from './replay-events.ts'
export { type ReplayedLot, type ReplayedStay, StayReplay } from './stay-replay.ts'
