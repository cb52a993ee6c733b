package browser_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

var readme = flag.String("readme", "", "folder to write the README's pictures to, none by default")

// mostPicture is how large a picture of the README may be, in bytes.
const mostPicture = 200 << 10

// The README shows an event, in light and in dark.
func TestThePictureOfTheReadmeIsSmall(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	b.visit("/events/1")
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1120, Height: 948, DeviceScaleFactor: 1.25})
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		picture := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{}).Data
		if len(picture) > mostPicture {
			t.Errorf("the %s picture has %d bytes, want at most %d", scheme, len(picture), mostPicture)
		}
		if *readme != "" {
			if err := os.WriteFile(filepath.Join(*readme, "console-"+scheme+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
