"use strict";
/* Pictures from json_script data; a table with the same figures stands beneath each. Values are fen: axes in 万元, exact on hover. */
(() => {
  const exact = (fen) => "¥" + (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const short = (fen) => (fen / 1000000).toLocaleString("zh-CN", { maximumFractionDigits: 1 }) + " 万元";
  const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const draw = (place) => {
    const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const picture = echarts.init(place, null, { renderer: "svg" });
    option.animation = !quiet;
    option.color ||= ["#14508f", "#5b8cc0", "#a9c4e2", "#e8b64c", "#17603a", "#8593a5"];
    option.grid ||= { left: 8, right: 8, top: 16, bottom: 4, containLabel: true };
    option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
    if (option.k_money) {
      option.tooltip = { ...option.tooltip, valueFormatter: exact };
      [option.xAxis, option.yAxis].flat().filter((axis) => axis && axis.type === "value").forEach((axis) => { axis.axisLabel = { formatter: short }; });
      delete option.k_money;
    }
    [option.series].flat().filter((one) => one.type === "sankey").forEach((one) => Object.assign(one, {
      nodeGap: 18, nodeWidth: 14, left: 4, right: 110, lineStyle: { color: "source", opacity: 0.25 }, label: { fontSize: 13 }, ...one,
    }));
    picture.setOption(option);
    new ResizeObserver(() => picture.resize()).observe(place);
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-chart]").forEach(draw));
})();
