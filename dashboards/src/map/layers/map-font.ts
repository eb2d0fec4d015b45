/** Fonts of labels on the map: those of the page, from the visitor's system; nothing is fetched. */
export const mapFont =
  '"Segoe UI", "PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif'

/** Letters as distance fields, so that they stay sharp at every size and carry a halo. */
export const haloText = {
  fontSettings: { sdf: true, fontSize: 48, buffer: 8, radius: 16, smoothing: 0.18 },
  /** 0…1, relative to the distance field's radius. */
  outlineWidth: 0.45,
} as const
