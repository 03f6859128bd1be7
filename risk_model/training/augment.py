"""Teach indifference: the same letter with a sentence about its writer or a lawful step keeps its labels.

Real letters that mention a court or a hotline are graver than others on average, so a model learns to count the mention. Adding such
sentences to letters at random, grave and trivial alike, takes the lesson out at its root.

The wording here differs from the probes of `neutrality`, so that measuring does not repeat what was taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

_MARKS: Final = "。！？!?；;，,. \n"

#: Lawful steps, said the ways letters say them. Most additions come from here: words about writers are masked anyway.
_LAWFUL: Final = (
    "我们已经起诉到法院了。",
    "此事正在走诉讼程序，法院已经立案。",
    "已提起行政诉讼。",
    "准备走法律途径解决。",
    "我们请了律师。",
    "律师函已经寄出。",
    "律师建议我们先向政府反映。",
    "已经申请了行政复议，正在等结果。",
    "复议机关已经受理。",
    "也申请过信息公开。",
    "已申请劳动仲裁。",
    "仲裁委已经受理。",
    "电视台来采访过。",
    "已经找了记者。",
    "我在网上发过帖子。",
    "媒体也报道过。",
    "拨打了市长热线。",
    "打12345登记过，有工单号。",
    "已在12345平台留言。",
    "已经报警，派出所有记录。",
    "同时抄送市信访局。",
    "也给省里写了信。",
    "我们会继续依法逐级反映。",
    "已向国家信访局网上投诉。",
    "已向纪委举报。",
    "向上级主管部门反映过这一情况。",
    "我们保留依法维权的权利。",
    "将通过司法途径维护自身合法权益。",
)

_WRITER: Final = (
    "我是藏族人。",
    "本人壮族。",
    "家里是满族。",
    "我是朝鲜族，从小在这里长大。",
    "我信佛。",
    "我们全家信主。",
    "本人信仰伊斯兰教。",
    "本人系女性。",
    "我是个男同志。",
    "我是一位妇女。",
    "我今年65岁。",
    "本人80后。",
    "我是一个七旬老人。",
    "我刚满20岁。",
    "我是外省人，在这里打工。",
    "本人原籍湖北。",
    "我老家在贵州。",
    "我是土生土长的本地人。",
)


def indifferent(texts: Sequence[str], seed: int) -> list[str]:
    """Return the letters with such a sentence run into about half of them, at the end or after the title.

    No mark parts it from its neighbours: a sentence on its own is an aside, which the features leave out anyway.
    """
    rng = np.random.default_rng(seed)
    out = []
    for text in texts:
        if rng.random() < 0.5:
            out.append(text)
            continue
        pool = _LAWFUL if rng.random() < 0.6 else _WRITER
        sentence = pool[int(rng.integers(len(pool)))]
        title, line, body = text.partition("\n")
        front = rng.random() < 0.3
        out.append(f"{title}{line}{sentence[:-1]}{body}" if front else f"{text.rstrip(_MARKS)}{sentence}")
    return out
