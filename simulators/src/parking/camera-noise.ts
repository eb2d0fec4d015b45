import type { PlateColour, Random, VehicleClass } from '@clearway/contracts'
import { glyphs, lookAlikes } from './glyph-shapes.ts'

/** What there is to see of a vehicle. */
export interface SeenVehicle {
  plate: string
  plateColour: PlateColour
  vehicleClass: VehicleClass
}

/** What a camera says of it. */
export interface CameraRead extends SeenVehicle {
  /** 0–1: tells something about whether the plate is right, not everything. */
  confidence: number
}

const provinces = [...'京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼']
const colours: readonly PlateColour[] = ['blue', 'yellow', 'green', 'yellow-green', 'white', 'black']
const classes: readonly VehicleClass[] = ['small', 'large', 'motorcycle']

/** What becomes of a character that is not read right; the rest of the share is doubled or invented. */
const alikeShare = 0.6
const anyShare = 0.2
const lostShare = 0.12

/** The province is the weakest character: its error rate in those of the others. */
const provinceFactor = 2
/** Readers learn from the plates of their own city: so often a wrong province is read as the local one. */
const localBias = 0.5
/** A plate of eight loses one more character at this rate, in error rates of a character; half the time the last. */
const truncationFactor = 3

const colourError = 0.015
const colourUnknown = 0.02
const classError = 0.01

/**
 * One reading of a vehicle by a camera. Not made of what any matcher assumes: shapes are confused by their dots, a fifth
 * of all errors is any character at all, characters are lost and doubled, wrong provinces lean to the local one,
 * eight-character plates come out with seven, and colour and class are wrong now and then whatever the plate.
 *
 * @param characterError 0–1, of each character on its own; of the province twice that
 * @param local the province that the camera sees most
 */
export function readBy(random: Random, vehicle: SeenVehicle, characterError: number, local = '鲁'): CameraRead {
  const plate = readPlate(random, vehicle.plate, characterError, local)
  return {
    plate,
    plateColour: readColour(random, vehicle.plateColour),
    vehicleClass: readClass(random, vehicle.vehicleClass),
    confidence: confidenceOf(random, plate === vehicle.plate),
  }
}

function readPlate(random: Random, plate: string, characterError: number, local: string): string {
  const [province = '', ...serial] = plate
  const read = [random.next() < provinceFactor * characterError ? otherProvince(random, province, local) : province]
  for (const character of serial) {
    if (random.next() < characterError) read.push(...misread(random, character))
    else read.push(character)
  }
  if (serial.length === 7 && random.next() < truncationFactor * characterError) {
    read.splice(random.next() < 0.5 ? -1 : 1 + random.integer(read.length - 1), 1)
  }
  return read.join('')
}

function otherProvince(random: Random, province: string, local: string): string {
  if (province !== local && random.next() < localBias) return local
  return random.pick(provinces.filter((other) => other !== province))
}

/** None, one or two characters in place of one. */
function misread(random: Random, character: string): string[] {
  const draw = random.next()
  if (draw < alikeShare) return [lookAlike(random, character)]
  if (draw < alikeShare + anyShare) return [random.pick(glyphs.filter((other) => other !== character))]
  if (draw < alikeShare + anyShare + lostShare) return []
  return random.next() < 0.5 ? [character, character] : [character, random.pick(glyphs)]
}

/** A character by its likeness; one that is not drawn in dots (挂, 学, 警) becomes any. */
function lookAlike(random: Random, character: string): string {
  const others = lookAlikes.get(character)
  if (!others) return random.pick(glyphs)
  let draw = random.next() * others.reduce((sum, { weight }) => sum + weight, 0)
  for (const { glyph, weight } of others) {
    draw -= weight
    if (draw < 0) return glyph
  }
  return (others.at(-1) as (typeof others)[number]).glyph
}

function readColour(random: Random, colour: PlateColour): PlateColour {
  const draw = random.next()
  if (draw < colourUnknown) return 'unknown'
  if (draw < colourUnknown + colourError) return random.pick(colours.filter((other) => other !== colour))
  return colour
}

function readClass(random: Random, vehicleClass: VehicleClass): VehicleClass {
  if (random.next() >= classError) return vehicleClass
  return random.pick(classes.filter((other) => other !== vehicleClass))
}

/** Right plates mostly above 0.9, wrong ones anywhere from 0.5 up: the two overlap. */
const confidenceOf = (random: Random, right: boolean): number =>
  Number((1 - (right ? 0.2 * random.next() ** 3 : 0.5 * random.next())).toFixed(3))
