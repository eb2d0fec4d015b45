import { ConfigProvider, theme } from 'antd'
import enGB from 'antd/locale/en_GB'
import zhCN from 'antd/locale/zh_CN'
import type { ReactNode } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { useAppearance } from '../look/appearance.ts'

const fontFamily =
  '-apple-system, "Segoe UI", "PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif'

const dark = {
  colorPrimary: '#3d9bff',
  colorBgBase: '#0f1b2b',
  colorBgContainer: '#111f31',
  colorBgElevated: '#182a40',
  colorBorder: '#2b4059',
  colorBorderSecondary: '#20334a',
  colorText: '#e6edf6',
  colorTextSecondary: '#a3b4c9',
  colorTextTertiary: '#93a6bd',
  colorTextPlaceholder: '#8da1b9',
}

const light = {
  colorPrimary: '#0b63ce',
  colorBgBase: '#ffffff',
  colorBorder: '#cdd6e1',
  colorBorderSecondary: '#e4e9f0',
  colorText: '#142033',
  colorTextSecondary: '#4b5b72',
  colorTextTertiary: '#55657c',
  colorTextPlaceholder: '#647388',
}

/** Ant Design in the page's language and appearance. */
export function ComponentTheme({ children }: { children: ReactNode }) {
  const { language } = useLanguage()
  const appearance = useAppearance()
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enGB}
      theme={{
        algorithm: appearance === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { ...(appearance === 'dark' ? dark : light), fontFamily, borderRadius: 8, fontSize: 14 },
        components: { Table: { cellPaddingBlockSM: 7, cellPaddingInlineSM: 8, headerBg: 'transparent' } },
      }}
    >
      {children}
    </ConfigProvider>
  )
}
