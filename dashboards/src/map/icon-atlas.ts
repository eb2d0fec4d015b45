import type { PriorityRole } from '@clearway/contracts'
import { roleColours, signalColours } from '../look/palette.ts'

/** Every icon of the map, drawn once into one canvas: nothing is fetched and the Content-Security-Policy stays strict. */
type IconName =
  | 'signal-red'
  | 'signal-amber'
  | 'signal-green'
  | 'signal-dark'
  | 'heading'
  | PriorityRole
  | 'hospital'
  | 'fire-station'
  | 'rescue-station'
  | 'origin'
  | 'destination'

const size = 64
type Pen = CanvasRenderingContext2D

function fillOutlined(pen: Pen, fill: string): void {
  pen.lineJoin = 'round'
  pen.lineWidth = 7
  pen.strokeStyle = '#05090f'
  pen.stroke()
  pen.fillStyle = fill
  pen.fill()
}

function cross(pen: Pen, colour: string, arm = 17, thick = 10): void {
  pen.fillStyle = colour
  pen.fillRect(32 - thick / 2, 32 - arm, thick, arm * 2)
  pen.fillRect(32 - arm, 32 - thick / 2, arm * 2, thick)
}

function flame(pen: Pen, colour: string): void {
  pen.fillStyle = colour
  pen.fill(new Path2D('M33 13c3 8 13 13 13 25a14 14 0 0 1-28 1c0-6 3-10 6-13 1 4 3 6 5 7 0-8 0-14 4-20z'))
}

function badge(pen: Pen, colour: string): void {
  pen.beginPath()
  pen.arc(32, 32, 26, 0, 2 * Math.PI)
  pen.fillStyle = '#ffffff'
  pen.fill()
  pen.beginPath()
  pen.arc(32, 32, 22, 0, 2 * Math.PI)
  pen.fillStyle = colour
  pen.fill()
}

function tile(pen: Pen, colour: string): void {
  pen.beginPath()
  pen.roundRect(8, 8, 48, 48, 12)
  pen.fillStyle = '#05090f'
  pen.fill()
  pen.beginPath()
  pen.roundRect(11, 11, 42, 42, 10)
  pen.fillStyle = colour
  pen.fill()
}

function pin(pen: Pen, colour: string): void {
  pen.beginPath()
  pen.arc(32, 24, 18, Math.PI * 0.83, Math.PI * 0.17)
  pen.lineTo(32, 60)
  pen.closePath()
  fillOutlined(pen, colour)
  pen.beginPath()
  pen.arc(32, 24, 7, 0, 2 * Math.PI)
  pen.fillStyle = '#ffffff'
  pen.fill()
}

const drawings: Record<IconName, (pen: Pen) => void> = {
  'signal-red': (pen) => {
    pen.beginPath()
    pen.rect(12, 12, 40, 40)
    fillOutlined(pen, signalColours.red.colour)
  },
  'signal-amber': (pen) => {
    pen.beginPath()
    pen.moveTo(32, 8)
    pen.lineTo(58, 54)
    pen.lineTo(6, 54)
    pen.closePath()
    fillOutlined(pen, signalColours.amber.colour)
  },
  'signal-green': (pen) => {
    pen.beginPath()
    pen.arc(32, 32, 24, 0, 2 * Math.PI)
    fillOutlined(pen, signalColours.green.colour)
  },
  'signal-dark': (pen) => {
    pen.beginPath()
    pen.arc(32, 32, 20, 0, 2 * Math.PI)
    pen.lineWidth = 7
    pen.setLineDash([10, 8])
    pen.strokeStyle = signalColours.dark.colour
    pen.stroke()
  },
  heading: (pen) => {
    pen.beginPath()
    pen.moveTo(32, 0)
    pen.lineTo(48, 20)
    pen.lineTo(16, 20)
    pen.closePath()
    pen.fillStyle = '#ffffff'
    pen.fill()
  },
  ambulance: (pen) => {
    badge(pen, roleColours.ambulance)
    cross(pen, '#ffffff', 14, 9)
  },
  fire: (pen) => {
    badge(pen, roleColours.fire)
    flame(pen, '#ffffff')
  },
  police: (pen) => {
    badge(pen, roleColours.police)
    pen.fillStyle = '#ffffff'
    pen.fill(new Path2D('M32 16l14 5c0 12-4 21-14 27-10-6-14-15-14-27z'))
  },
  bus: (pen) => {
    badge(pen, roleColours.bus)
    pen.fillStyle = '#ffffff'
    pen.fill(new Path2D('M20 20h24v22H20zM23 42h5v5h-5zM36 42h5v5h-5z'))
    pen.fillStyle = roleColours.bus
    pen.fill(new Path2D('M23 24h18v8H23z'))
  },
  hospital: (pen) => {
    tile(pen, '#ffffff')
    cross(pen, '#c2233f', 15, 10)
  },
  'fire-station': (pen) => {
    tile(pen, '#ffffff')
    flame(pen, roleColours.fire)
  },
  'rescue-station': (pen) => {
    tile(pen, '#ffffff')
    cross(pen, roleColours.ambulance, 15, 10)
  },
  origin: (pen) => pin(pen, '#2f7bff'),
  destination: (pen) => pin(pen, '#00a58a'),
}

export interface IconAtlas {
  image: HTMLCanvasElement
  mapping: Record<string, { x: number; y: number; width: number; height: number; anchorX: number; anchorY: number }>
}

const names = Object.keys(drawings) as IconName[]
let drawn: IconAtlas | undefined

export function iconAtlas(): IconAtlas {
  if (drawn) return drawn
  const image = document.createElement('canvas')
  image.width = size * names.length
  image.height = size
  const pen = image.getContext('2d')
  if (!pen) throw new Error('this browser gives no 2d canvas to draw the icons of the map on')
  const mapping: IconAtlas['mapping'] = {}
  for (const [n, name] of names.entries()) {
    pen.save()
    pen.translate(n * size, 0)
    drawings[name](pen)
    pen.restore()
    const anchorY = name === 'origin' || name === 'destination' ? 60 : size / 2
    mapping[name] = { x: n * size, y: 0, width: size, height: size, anchorX: size / 2, anchorY }
  }
  drawn = { image, mapping }
  return drawn
}
