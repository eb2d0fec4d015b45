/**
 * How well a point is known. The standard's own text was not at hand when this driver was written.
 *
 * - `captured`: seen in frames that a controller on sale has sent
 * - `agreed`: the same in independent public programs, not seen in a capture
 * - `strict`: doubtful; the reading taken is the one that refuses rather than the one that lets pass
 * - `guess`: to be proved on site before use
 */
export type Sureness = 'captured' | 'agreed' | 'strict' | 'guess'

interface Assumption<T> {
  value: T
  sure: Sureness
  meaning: string
}

const assumption = <T extends number | boolean>(value: T, sure: Sureness, meaning: string) =>
  ({ value, sure, meaning }) as Assumption<T extends number ? number : boolean>

/**
 * Everything about GB/T 20999-2017 that another reading of the standard, or another maker, could change. Nothing else in
 * the driver holds such a constant. A site overrides single ones under `assumptions` in its settings file;
 * `docs/drivers/gbt-20999.md` has the same table, and a test compares the two.
 */
export const assumptions = {
  crcPolynomial: assumption(0x1005, 'captured', 'x^16 + x^12 + x^2 + 1, most significant bit first, nothing reflected'),
  crcInitial: assumption(0x0000, 'captured', 'start of the CRC, over everything between start byte and CRC, unescaped'),
  lengthAdds: assumption(
    0,
    'captured',
    'what the length field says above the number of bytes after it, CRC included: 2 where a maker counts the field itself, -2 where the CRC is left out',
  ),
  protocolVersion: assumption(0x0100, 'captured', 'version in the header; others send 0x0102'),
  matchSequence: assumption(
    true,
    'agreed',
    'a reply carries the sequence number of its request; false matches by what was asked, for makers that count their own',
  ),
  heartbeatCount: assumption(false, 'agreed', 'heartbeats carry a number of data values, which is 0'),
  lampStateAttribute: assumption(2, 'agreed', 'attribute of object 3.3 that holds the state of a lamp group'),
  sequenceDescending: assumption(
    true,
    'captured',
    'in fields of 64 bytes the last byte is number 1; false where the first one is',
  ),
  transitionUnitS: assumption(1, 'captured', 'seconds in one unit of a transition lamp time, 4.2.4 to 4.2.8'),
  minGreenUnitS: assumption(1, 'captured', 'seconds in one unit of the minimum green, 4.2.27'),
  greenIntervalUnitS: assumption(
    0.1,
    'strict',
    'seconds in one unit of a green interval, 7.2.2; 1 where a maker counts seconds',
  ),
  greenIntervalHoldsFlash: assumption(
    true,
    'strict',
    'a green interval begins with the green flash; false where it begins with the yellow',
  ),
  remainingUnitS: assumption(1, 'captured', 'seconds in one unit of the time left in a stage, 6.3.4'),
  forbiddenTransition: assumption(255, 'agreed', 'in 10.1.2: the stage may not be reached from there; 0 directly'),
  requestOn: assumption(
    1,
    'guess',
    'written to a request state, 8.3.2 and 8.6.2, to ask for its stage; 0 takes it back; that it may be written at all is assumed, one listing of the objects has it read only',
  ),
  executing: assumption(1, 'agreed', 'an execution state, 8.3.3 and 8.6.3, while the request is served'),
  requestHoldS: assumption(
    15,
    'guess',
    'a request or a designated stage that is not repeated for so long is dropped by the controller; repeated every third of it',
  ),
  noStage: assumption(
    0,
    'guess',
    'written to the designated stage, 17.1.2, to take it back, and read where there is none',
  ),
  stageMode: assumption(21, 'guess', 'run mode, 13.2.2, while a stage that the centre has designated is held'),
  writeStageMode: assumption(false, 'guess', 'whether that mode is written, 17.1.4, before the stage is designated'),
} as const

/** The values alone, as the driver uses them. */
export type Assumed = { -readonly [K in keyof typeof assumptions]: (typeof assumptions)[K]['value'] }

/** @param overrides what a site knows better */
export const assumedWith = (overrides: Partial<Assumed> = {}): Assumed => ({
  ...(Object.fromEntries(Object.entries(assumptions).map(([key, { value }]) => [key, value])) as unknown as Assumed),
  ...overrides,
})
