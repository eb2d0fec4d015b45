/** Line icons of the pages, on a 20 × 20 grid; they say nothing to a screen reader, the button around them does. */
const paths = {
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fit: 'M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4',
  close: 'M5 5l10 10M15 5L5 15',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
  moon: 'M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z',
  exit: 'M8 3H4v14h4M12 6l4 4-4 4M16 10H8',
  download: 'M10 3v9M6 9l4 4 4-4M4 16h12',
  parking: 'M6 17V3h5a4 4 0 0 1 0 8H6',
  siren: 'M5 16h10M6.5 16v-5a3.5 3.5 0 0 1 7 0v5M10 2v2M3.5 5l1.4 1.4M16.5 5l-1.4 1.4',
  target: 'M10 5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM10 2v3M10 15v3M2 10h3M15 10h3',
  arrow: 'M4 10h12M11 5l5 5-5 5',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
