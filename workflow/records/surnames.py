"""How characters are read in names: surnames that sound otherwise than elsewhere, and surnames of two characters.

Sources: 现代汉语词典 (readings marked 姓), 百家姓. Where families differ (查, 盖, 覃, 缪, 乐) all readings stand here.
"""

_SURNAMES = """
单 shan|曾 zeng|解 xie|仇 qiu|盖 ge,gai|朴 piao|区 ou|查 zha,cha|华 hua|乐 yue,le|员 yun,yuan|繁 po|冼 xian
缪 miao,mou|翟 zhai,di|覃 qin,tan|秘 bi,mi|种 chong|重 chong|黑 he,hei|盛 sheng|召 shao|折 she|过 guo|洗 xian|不 fou
祭 zhai,ji|柏 bai,bo|都 du|薄 bo|车 che|相 xiang|隗 kui,wei|谌 chen,shen|郇 xun,huan|句 gou|牟 mu,mou|俞 yu|宁 ning
卜 bu|参 shen|行 xing,hang|乜 nie|郗 xi,chi|藏 zang|粘 nian|尉 wei|长 chang,zhang|角 jue|能 nai|石 shi|任 ren|那 na
纪 ji|应 ying|燕 yan|叶 ye|沈 shen|尉迟 yu chi|万俟 mo qi|澹台 tan tai|长孙 zhang sun|鲜于 xian yu|单于 chan yu
亓官 qi guan|贺若 he ruo|乐正 yue zheng
"""
_GIVEN = """
乐 le,yue|行 xing,hang|长 chang,zhang|朝 chao,zhao|茜 qian,xi|盛 sheng,cheng|重 chong,zhong|藏 zang,cang|曾 zeng,ceng
单 dan,shan|觉 jue,jiao|少 shao|兴 xing|济 ji|露 lu|娜 na|莎 sha|筠 yun,jun|伽 jia,qie|中 zhong|予 yu|晟 sheng,cheng
翟 zhai,di|解 jie,xie|参 shen,can|传 chuan,zhuan|降 jiang,xiang|柏 bai,bo|宿 su,xiu|缪 miao,mou|枸 gou,ju|琢 zhuo
颉 xie,jie|贾 jia|隗 kui,wei
"""
_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙
慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷
轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 南郭 淳于 单于 第五 纳兰 完颜 贺兰 贺若 达奚 哥舒
叶赫 范姜 陆费 张简
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    entries = (entry.split(" ", 1) for entry in text.strip().replace("\n", "|").split("|"))
    return {characters: tuple(readings.split(",")) for characters, readings in entries}


SURNAMES = _table(_SURNAMES)
"""Surname -> readings, the commonest first; syllables of a compound one with a space between."""
GIVEN = _table(_GIVEN)
"""Character -> readings in given names, for those of which people cannot know which one it is."""
COMPOUND = frozenset(_COMPOUND.split())
"""Surnames of two characters."""
