"""The platforms Menshen drives: an explicit list, no scanning and no registration by import."""

from typing import Any

from adapters.base import Adapter
from adapters.dingtalk import DingTalkAdapter
from adapters.drill import DrillAdapter
from adapters.feishu import FeishuAdapter
from adapters.janus import JanusAdapter
from adapters.tencent_meeting import TencentMeetingAdapter
from adapters.wecom import WeComAdapter

REGISTRY: dict[str, type[Adapter[Any]]] = {
    kind.platform: kind
    for kind in (DrillAdapter, TencentMeetingAdapter, DingTalkAdapter, WeComAdapter, FeishuAdapter, JanusAdapter)
}
