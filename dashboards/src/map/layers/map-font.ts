/** Fonts of labels on the map: those of the page, from the visitor's system; nothing is fetched. */
export const mapFont =
  '"Segoe UI", "PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif'
