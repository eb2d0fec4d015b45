import { type SignalColour, signalColours } from './palette.ts'

const shapes = {
  square: <rect x="2" y="2" width="12" height="12" rx="1" />,
  triangle: <path d="M8 1.5 15 14H1z" />,
  circle: <circle cx="8" cy="8" r="6.5" />,
  ring: <circle cx="8" cy="8" r="5.5" className="signal-ring" />,
}

/** The same shape and colour as on the map. */
export function SignalShape({ colour }: { colour: SignalColour }) {
  const { colour: fill, shape } = signalColours[colour]
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill={shape === 'ring' ? 'none' : fill}
      stroke={shape === 'ring' ? fill : 'none'}
    >
      {shapes[shape]}
    </svg>
  )
}
